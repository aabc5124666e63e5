/* The watchdog of the RP2040 (RP2040 Datasheet, section 4.7), ticking with the 12 MHz crystal. */
#include "mcuq_safety.h"
#include "registers.h"

#define PSM_WDSEL REGISTER(0x40010008u)
#define WDSEL_ALL_BUT_OSCILLATORS 0x1FFFCu
#define WATCHDOG_CTRL REGISTER(0x40058000u)
#define WATCHDOG_LOAD REGISTER(0x40058004u)
#define WATCHDOG_REASON REGISTER(0x40058008u)
#define WATCHDOG_TICK REGISTER(0x4005802Cu)
#define CTRL_ENABLE (1u << 30)
#define REASON_TIMER 1u
#define TICK_ENABLE (1u << 9)
#define TICK_CYCLES 12u /* of the crystal: one microsecond */

/* RP2040-E1: it counts down by two a tick. */
#define LOAD (2000u * MCUQ_WATCHDOG_MS)
_Static_assert(LOAD <= 0xFFFFFFu, "the watchdog holds 24 bits, 8,388 ms");

void mcuq_watchdog_start(void)
{
    WATCHDOG_TICK = TICK_CYCLES | TICK_ENABLE;
    PSM_WDSEL = WDSEL_ALL_BUT_OSCILLATORS;
    WATCHDOG_LOAD = LOAD;
    WATCHDOG_CTRL = CTRL_ENABLE;
}

void mcuq_watchdog_feed(void)
{
    WATCHDOG_LOAD = LOAD;
}

/* A reset by software clears the reason. */
bool mcuq_watchdog_barked(void)
{
    return (WATCHDOG_REASON & REASON_TIMER) != 0;
}
