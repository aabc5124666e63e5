/* The free-running counter of MPS2 and MPS3 (AN547 section 4.4, FPGAIO COUNTER). */
#include "mcuq_board.h"
#include "mcuq_port.h"
#include "registers.h"

#define COUNTER REGISTER(MCUQ_COUNTER_BASE)

void mcuq_counter_start(void)
{
}

uint32_t mcuq_counter_read(void)
{
    return COUNTER;
}

void mcuq_counter_stop(void)
{
}
