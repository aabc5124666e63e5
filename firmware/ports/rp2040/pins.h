/* RP2040 data sheet, section 2.19.6 (IO_BANK0). */
#ifndef MCUQ_PINS_H
#define MCUQ_PINS_H

#include "registers.h"

static inline void pin_function(uint32_t pin, uint32_t function)
{
    REGISTER(0x40014000u + 8u * pin + 4u) = function;
}

#endif
