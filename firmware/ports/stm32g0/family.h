#ifndef MCUQ_FAMILY_H
#define MCUQ_FAMILY_H

/* RM0444 section 2.2 (memory map) and 5.4.13 (RCC_IOPENR). */
#define GPIO_BASE 0x50000000u
#define GPIO_ENABLE_REGISTER 0x40021034u

/* The independent watchdog; RCC_CSR2 tells that it reset the device. */
#define IWDG_BASE 0x40003000u
#define RESET_FLAGS REGISTER(0x40021060u)
#define RESET_FLAGS_IWDG (1u << 29)
#define RESET_FLAGS_CLEAR (1u << 23)

#endif
