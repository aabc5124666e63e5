/* nRF5340 Product Specification, GPIO: the secure addresses that the core starts with. */
#ifndef MCUQ_PINS_H
#define MCUQ_PINS_H

#include "registers.h"

#define PORT_STRIDE 0x300u
#define GPIO_OUTSET 0x008u
#define GPIO_DIRSET 0x018u
#define GPIO_PIN_CNF 0x200u
#define PIN_CNF_INPUT_PULLED_UP (3u << 2)

static inline uint32_t port_base(uint32_t port)
{
    return 0x50842500u + port * PORT_STRIDE;
}

/* High until the UART drives it. */
static inline void pin_output(uint32_t port, uint32_t pin)
{
    REGISTER(port_base(port) + GPIO_OUTSET) = 1u << pin;
    REGISTER(port_base(port) + GPIO_DIRSET) = 1u << pin;
}

static inline void pin_input(uint32_t port, uint32_t pin)
{
    REGISTER(port_base(port) + GPIO_PIN_CNF + 4u * pin) = PIN_CNF_INPUT_PULLED_UP;
}

#endif
