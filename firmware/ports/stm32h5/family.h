#ifndef MCUQ_FAMILY_H
#define MCUQ_FAMILY_H

/* RM0481 section 2.3.2 (memory map) and 11.8.30 (RCC_AHB2ENR). */
#define GPIO_BASE 0x42020000u
#define GPIO_ENABLE_REGISTER 0x44020C8Cu

/* The independent watchdog; RCC_RSR tells that it reset the device. */
#define IWDG_BASE 0x40003000u
#define RESET_FLAGS REGISTER(0x44020CF4u)
#define RESET_FLAGS_IWDG (1u << 29)
#define RESET_FLAGS_CLEAR (1u << 23)

#endif
