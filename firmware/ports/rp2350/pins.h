/* RP2350 data sheet, IO_BANK0 and PADS_BANK0. */
#ifndef MCUQ_PINS_H
#define MCUQ_PINS_H

#include "registers.h"

/* Input on, pulled up, Schmitt trigger, 4 mA, and not isolated as after a reset. */
#define PAD_IN_USE 0x5Au

static inline void pin_function(uint32_t pin, uint32_t function)
{
    REGISTER(0x40028000u + 8u * pin + 4u) = function;
    REGISTER(0x40038000u + 4u * pin + 4u) = PAD_IN_USE;
}

#endif
