/* GPIO of every STM32 but the F1 (RM0385 section 6.4); family.h gives base and clock enable. */
#ifndef MCUQ_STM32_GPIO_H
#define MCUQ_STM32_GPIO_H

#include <stdbool.h>

#include "family.h"
#include "registers.h"

#define GPIO_STRIDE 0x400u
#define GPIO_MODER 0x00u
#define GPIO_OSPEEDR 0x08u
#define GPIO_PUPDR 0x0Cu
#define GPIO_BSRR 0x18u
#define GPIO_AFR 0x20u

/* Give a pin (port 0 is A) to its alternate function, fast, pulled up. */
static inline void gpio_alternate(uint32_t port, uint32_t pin, uint32_t function)
{
    const uint32_t base = GPIO_BASE + port * GPIO_STRIDE;
    const uint32_t pair = 2u * pin;
    const uint32_t nibble = 4u * (pin % 8u);
    set_bits(&REGISTER(GPIO_ENABLE_REGISTER), 1u << port);
    write_field(&REGISTER(base + GPIO_AFR + pin / 8u * 4u), 0xFu << nibble, function << nibble);
    write_field(&REGISTER(base + GPIO_OSPEEDR), 3u << pair, 2u << pair);
    write_field(&REGISTER(base + GPIO_PUPDR), 3u << pair, 1u << pair);
    write_field(&REGISTER(base + GPIO_MODER), 3u << pair, 2u << pair);
}

static inline void gpio_write(uint32_t port, uint32_t pin, bool high)
{
    REGISTER(GPIO_BASE + port * GPIO_STRIDE + GPIO_BSRR) = 1u << (high ? pin : pin + 16u);
}

/* Drive a pin, high at first. */
static inline void gpio_output(uint32_t port, uint32_t pin)
{
    set_bits(&REGISTER(GPIO_ENABLE_REGISTER), 1u << port);
    gpio_write(port, pin, true);
    write_field(&REGISTER(GPIO_BASE + port * GPIO_STRIDE + GPIO_MODER), 3u << 2u * pin,
                1u << 2u * pin);
}

#endif
