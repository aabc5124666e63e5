#ifndef MCUQ_FAMILY_H
#define MCUQ_FAMILY_H

/* RM0456 section 2.3.2 (memory map) and 11.8.29 (RCC_AHB2ENR1). */
#define GPIO_BASE 0x42020000u
#define GPIO_ENABLE_REGISTER 0x46020C8Cu

#endif
