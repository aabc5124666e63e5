#ifndef MCUQ_FAMILY_H
#define MCUQ_FAMILY_H

/* RM0385 section 2.2.2 (memory map) and 5.3.10 (RCC_AHB1ENR). */
#define GPIO_BASE 0x40020000u
#define GPIO_ENABLE_REGISTER 0x40023830u

/* The independent watchdog; RCC_CSR tells that it reset the device. */
#define IWDG_BASE 0x40003000u
#define RESET_FLAGS REGISTER(0x40023874u)
#define RESET_FLAGS_IWDG (1u << 29)
#define RESET_FLAGS_CLEAR (1u << 24)

#endif
