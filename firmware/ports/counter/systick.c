/* SysTick for cores without a cycle counter (ARMv6-M): 24 bits, extended by its interrupt. */
#include "core.h"
#include "mcuq_port.h"
#include "registers.h"

#define RELOAD 0xFFFFFFu

static volatile uint32_t wraps;

void mcuq_systick_handler(void)
{
    wraps++;
}

void mcuq_counter_start(void)
{
    SYST_CSR = 0;
    SYST_RVR = RELOAD;
    SYST_CVR = 0;
    wraps = 0;
    SYST_CSR = SYST_CSR_CLKSOURCE | SYST_CSR_TICKINT | SYST_CSR_ENABLE;
}

uint32_t mcuq_counter_read(void)
{
    uint32_t before;
    uint32_t value;
    do {
        before = wraps;
        value = SYST_CVR;
    } while (before != wraps);
    return before * (RELOAD + 1u) + (RELOAD - value);
}

void mcuq_counter_stop(void)
{
    SYST_CSR = 0;
}
