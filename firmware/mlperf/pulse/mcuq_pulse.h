/* The pin that a power monitor watches; firmware/ports/pulse implements it. */
#ifndef MCUQ_PULSE_H
#define MCUQ_PULSE_H

#include <stdbool.h>
#include <stdint.h>

/* Which one, port 0 being A; the build writes mcuq_pulse_pin.c. */
extern const uint32_t mcuq_pulse_port;
extern const uint32_t mcuq_pulse_pin;

/* Drive it, high. */
void mcuq_pulse_start(void);
void mcuq_pulse_set(bool high);

#endif
