/* The watchdog of nRF52 (nRF52840 Product Specification, WDT and POWER), on its 32,768 Hz clock. */
#include "mcuq_safety.h"
#include "registers.h"

#define WDT_START REGISTER(0x40010000u)
#define WDT_CRV REGISTER(0x40010504u)
#define WDT_RREN REGISTER(0x40010508u)
#define WDT_RR0 REGISTER(0x40010600u)
#define RR_FEED 0x6E524635u
#define POWER_RESETREAS REGISTER(0x40000400u)
#define RESETREAS_DOG (1u << 1)

void mcuq_watchdog_start(void)
{
    WDT_CRV = (uint32_t)((uint64_t)MCUQ_WATCHDOG_MS * 32768u / 1000u);
    WDT_RREN = 1u;
    WDT_START = 1u;
}

void mcuq_watchdog_feed(void)
{
    WDT_RR0 = RR_FEED;
}

bool mcuq_watchdog_barked(void)
{
    const bool barked = (POWER_RESETREAS & RESETREAS_DOG) != 0;
    POWER_RESETREAS = RESETREAS_DOG; /* a written one clears it */
    return barked;
}
