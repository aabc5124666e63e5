/* DWT cycle counter (ARMv7-M and v8-M main line): 32 bits, at the core's clock. */
#include "mcuq_port.h"
#include "registers.h"

void mcuq_counter_start(void)
{
    DEMCR |= DEMCR_TRCENA;
    DWT_LAR = DWT_LAR_KEY;
    DWT_CYCCNT = 0;
    DWT_CTRL |= DWT_CTRL_CYCCNTENA;
    barrier();
}

uint32_t mcuq_counter_read(void)
{
    return DWT_CYCCNT;
}

void mcuq_counter_stop(void)
{
    DWT_CTRL &= ~DWT_CTRL_CYCCNTENA;
}
