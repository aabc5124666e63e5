#ifndef MCUQ_FAMILY_H
#define MCUQ_FAMILY_H

/* RM0440, memory map and RCC_AHB2ENR; STM32G474xx.svd has the same. */
#define GPIO_BASE 0x48000000u
#define GPIO_ENABLE_REGISTER 0x4002104Cu

/* The independent watchdog; RCC_CSR tells that it reset the device. */
#define IWDG_BASE 0x40003000u
#define RESET_FLAGS REGISTER(0x40021094u)
#define RESET_FLAGS_IWDG (1u << 29)
#define RESET_FLAGS_CLEAR (1u << 23)

#endif
