#ifndef MCUQ_FAMILY_H
#define MCUQ_FAMILY_H

/* RM0444 section 2.2 (memory map) and 5.4.13 (RCC_IOPENR). */
#define GPIO_BASE 0x50000000u
#define GPIO_ENABLE_REGISTER 0x40021034u

#endif
