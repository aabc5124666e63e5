/* SAM D5x/E5x data sheet, PORT; ATSAMD51J20A.svd has the same. */
#ifndef MCUQ_PINS_H
#define MCUQ_PINS_H

#include "registers.h"

#define REGISTER8(address) (*(volatile uint8_t *)(uintptr_t)(address))
#define GROUP_STRIDE 0x80u
#define PORT_PMUX 0x30u
#define PORT_PINCFG 0x40u
#define PINCFG_PMUXEN 1u

/* Function 0 is A. Two pins share a register of functions. */
static inline void pin_function(uint32_t port, uint32_t pin, uint32_t function)
{
    const uint32_t base = 0x41008000u + port * GROUP_STRIDE;
    const uint32_t nibble = 4u * (pin % 2u);
    const uint32_t others = REGISTER8(base + PORT_PMUX + pin / 2u) & ~(0xFu << nibble);
    REGISTER8(base + PORT_PMUX + pin / 2u) = (uint8_t)(others | (function << nibble));
    REGISTER8(base + PORT_PINCFG + pin) = PINCFG_PMUXEN;
}

#endif
