/* Energy mode: a power monitor notes when a pin falls, and nothing is said meanwhile. */
#include "mcuq_timestamp.h"

#include <stdint.h>

#include "mcuq_board.h"
#include "mcuq_port.h"
#include "mcuq_pulse.h"
#include "mcuq_tell.h"

#define PULSES_PER_SECOND 100000u /* were they back to back: ten microseconds each */

void mcuq_timestamp_start(void)
{
    mcuq_pulse_start();
    mcuq_tell("m-timestamp-mode-energy\r\n");
}

void mcuq_timestamp(void)
{
    const uint32_t from = mcuq_counter_read();
    mcuq_pulse_set(false);
    while (mcuq_counter_read() - from < MCUQ_CORE_HZ / PULSES_PER_SECOND) {
    }
    mcuq_pulse_set(true);
}
