#include "mcuq_safety.h"

#ifdef MCUQ_SAFETY
#include <stddef.h>

#include "mcuq_port.h"

#ifdef MCUQ_CHECK_CONSTANTS
static bool constants_changed;
#endif

void mcuq_safety_start(void)
{
#ifdef MCUQ_WATCHDOG_MS
    if (mcuq_watchdog_barked()) {
        mcuq_fault_note(MCUQ_REASON_WATCHDOG, MCUQ_WATCHDOG_MS, 0);
    }
#endif
#ifdef MCUQ_STACK_GUARD
    if (!mcuq_guard_start()) {
        mcuq_fault_note(MCUQ_REASON_NO_GUARD, 0, 0);
    }
#endif
#ifdef MCUQ_CHECK_CONSTANTS
    const uint32_t crc = mcuq_constants_crc();
    constants_changed = crc != mcuq_constants_sum;
    if (constants_changed) {
        mcuq_fault_note(MCUQ_REASON_CONSTANTS, crc, mcuq_constants_sum);
    }
#endif
#ifdef MCUQ_CANARIES
    mcuq_canaries_write();
#endif
#ifdef MCUQ_WATCHDOG_MS
    mcuq_watchdog_start();
#endif
}

void mcuq_safety_check(void)
{
    mcuq_watchdog_feed();
#ifdef MCUQ_CHECK_CONSTANTS
    if (constants_changed) {
        mcuq_reset(); /* the next start finds it again, and tells */
    }
#endif
#ifdef MCUQ_CANARIES
    const uint32_t *broken = mcuq_canaries_broken();
    if (broken != NULL) {
        mcuq_fault_note(MCUQ_REASON_CANARY, (uint32_t)(uintptr_t)broken, *broken);
        mcuq_reset();
    }
#endif
}
#endif
