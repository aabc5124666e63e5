#ifndef MCUQ_FAMILY_H
#define MCUQ_FAMILY_H

/* RM0008 section 3.3 (memory map) and 7.3.7 (RCC_APB2ENR; port A is bit 2). */
#define GPIO_BASE 0x40010800u
#define GPIO_ENABLE_REGISTER 0x40021018u
#define GPIO_ENABLE_SHIFT 2u

/* The independent watchdog; RCC_CSR tells that it reset the device. */
#define IWDG_BASE 0x40003000u
#define RESET_FLAGS REGISTER(0x40021024u)
#define RESET_FLAGS_IWDG (1u << 29)
#define RESET_FLAGS_CLEAR (1u << 24)

#endif
