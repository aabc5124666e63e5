#ifndef MCUQ_FAMILY_H
#define MCUQ_FAMILY_H

/* RM0433 section 2.3.2 (memory map) and 8.7.43 (RCC_AHB4ENR). */
#define GPIO_BASE 0x58020000u
#define GPIO_ENABLE_REGISTER 0x580244E0u

/* The independent watchdog; RCC_RSR tells that it reset the device. */
#define IWDG_BASE 0x58004800u
#define RESET_FLAGS REGISTER(0x580244D0u)
#define RESET_FLAGS_IWDG (1u << 26)
#define RESET_FLAGS_CLEAR (1u << 16)

#endif
