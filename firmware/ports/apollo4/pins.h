/* Apollo4 Plus data sheet, GPIO and UART. */
#ifndef MCUQ_PINS_H
#define MCUQ_PINS_H

#include "registers.h"

#define GPIO_PINCFG(pin) REGISTER(0x40010000u + 4u * (pin))
#define GPIO_PADKEY REGISTER(0x40010200u)
#define PADKEY_OPEN 0x73u
#define PINCFG_INPUT (1u << 4)

/* What Arm left free in the UART's control register: its clock on, 24 MHz. */
#define UARTCR_CLOCK ((1u << 4) | (1u << 3))

/* The function drives the pin where it sends. */
static inline void pin_function(uint32_t pin, uint32_t function)
{
    GPIO_PADKEY = PADKEY_OPEN;
    GPIO_PINCFG(pin) = PINCFG_INPUT | function;
    GPIO_PADKEY = 0;
}

#endif
