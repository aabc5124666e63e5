#ifndef MCUQ_FAMILY_H
#define MCUQ_FAMILY_H

/* RM0394 section 2.2.2 (memory map) and 6.4.17 (RCC_AHB2ENR). */
#define GPIO_BASE 0x48000000u
#define GPIO_ENABLE_REGISTER 0x4002104Cu

#endif
