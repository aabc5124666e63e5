#ifndef MCUQ_FAMILY_H
#define MCUQ_FAMILY_H

/* RM0390 section 2.2.2 (memory map) and 6.3.10 (RCC_AHB1ENR). */
#define GPIO_BASE 0x40020000u
#define GPIO_ENABLE_REGISTER 0x40023830u

#endif
