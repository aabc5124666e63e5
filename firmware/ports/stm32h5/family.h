#ifndef MCUQ_FAMILY_H
#define MCUQ_FAMILY_H

/* RM0481 section 2.3.2 (memory map) and 11.8.30 (RCC_AHB2ENR). */
#define GPIO_BASE 0x42020000u
#define GPIO_ENABLE_REGISTER 0x44020C8Cu

#endif
