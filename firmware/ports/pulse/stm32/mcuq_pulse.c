#include "mcuq_pulse.h"

#include "gpio.h"

void mcuq_pulse_start(void)
{
    gpio_output(mcuq_pulse_port, mcuq_pulse_pin);
}

void mcuq_pulse_set(bool high)
{
    gpio_write(mcuq_pulse_port, mcuq_pulse_pin, high);
}
