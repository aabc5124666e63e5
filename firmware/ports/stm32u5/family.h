#ifndef MCUQ_FAMILY_H
#define MCUQ_FAMILY_H

/* RM0456 section 2.3.2 (memory map) and 11.8.29 (RCC_AHB2ENR1). */
#define GPIO_BASE 0x42020000u
#define GPIO_ENABLE_REGISTER 0x46020C8Cu

/* The independent watchdog; RCC_CSR tells that it reset the device. */
#define IWDG_BASE 0x40003000u
#define RESET_FLAGS REGISTER(0x46020CF4u)
#define RESET_FLAGS_IWDG (1u << 29)
#define RESET_FLAGS_CLEAR (1u << 23)

#endif
