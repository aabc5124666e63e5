/* Caches of the Cortex-M7 (Arm DDI 0489, section 5). */
#ifndef MCUQ_CACHE_H
#define MCUQ_CACHE_H

#include "registers.h"

/* Invalidate and enable both. Sets and ways come from the core; lines have 32 bytes. */
static inline void enable_caches(void)
{
    barrier();
    SCB_ICIALLU = 0;
    barrier();
    SCB_CCR |= SCB_CCR_IC;
    SCB_CSSELR = 0;
    barrier();
    const uint32_t sets = ((SCB_CCSIDR >> 13) & 0x7FFFu) + 1u;
    const uint32_t ways = ((SCB_CCSIDR >> 3) & 0x3FFu) + 1u;
    for (uint32_t set = 0; set < sets; set++) {
        for (uint32_t way = 0; way < ways; way++) {
            SCB_DCISW = (way << 30) | (set << 5);
        }
    }
    barrier();
    SCB_CCR |= SCB_CCR_DC;
    barrier();
}

#endif
