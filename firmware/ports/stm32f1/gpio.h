/* GPIO of the STM32F1 (RM0008 section 9.2): functions are fixed, direction is what is chosen. */
#ifndef MCUQ_STM32F1_GPIO_H
#define MCUQ_STM32F1_GPIO_H

#include <stdbool.h>

#include "family.h"
#include "registers.h"

#define GPIO_STRIDE 0x400u
#define GPIO_CR 0x00u
#define GPIO_BSRR 0x10u
#define CR_OUTPUT_FAST 0x3u
#define CR_INPUT_PULLED 0x8u
#define CR_ALTERNATE_FAST 0xBu
#define FUNCTION_INPUT 1u

/* Function 0 drives the pin from its peripheral, 1 makes it an input, pulled up. */
static inline void gpio_alternate(uint32_t port, uint32_t pin, uint32_t function)
{
    const uint32_t base = GPIO_BASE + port * GPIO_STRIDE;
    const uint32_t nibble = 4u * (pin % 8u);
    const uint32_t mode = function == FUNCTION_INPUT ? CR_INPUT_PULLED : CR_ALTERNATE_FAST;
    set_bits(&REGISTER(GPIO_ENABLE_REGISTER), 1u << (port + GPIO_ENABLE_SHIFT));
    write_field(&REGISTER(base + GPIO_CR + pin / 8u * 4u), 0xFu << nibble, mode << nibble);
    REGISTER(base + GPIO_BSRR) = 1u << pin;
}

static inline void gpio_write(uint32_t port, uint32_t pin, bool high)
{
    REGISTER(GPIO_BASE + port * GPIO_STRIDE + GPIO_BSRR) = 1u << (high ? pin : pin + 16u);
}

/* Drive a pin, high at first. */
static inline void gpio_output(uint32_t port, uint32_t pin)
{
    const uint32_t base = GPIO_BASE + port * GPIO_STRIDE;
    const uint32_t nibble = 4u * (pin % 8u);
    set_bits(&REGISTER(GPIO_ENABLE_REGISTER), 1u << (port + GPIO_ENABLE_SHIFT));
    gpio_write(port, pin, true);
    write_field(&REGISTER(base + GPIO_CR + pin / 8u * 4u), 0xFu << nibble, CR_OUTPUT_FAST << nibble);
}

#endif
