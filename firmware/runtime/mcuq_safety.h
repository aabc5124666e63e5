/* What an image watches of itself where that was asked for (mcuq_board.h says what); nothing of it
 * is in any other image. */
#ifndef MCUQ_SAFETY_H
#define MCUQ_SAFETY_H

#include <stdbool.h>
#include <stdint.h>

#include "mcuq_board.h"

#if defined(MCUQ_WATCHDOG_MS) || defined(MCUQ_CANARIES) || defined(MCUQ_CHECK_CONSTANTS) || \
    defined(MCUQ_STACK_GUARD)
#define MCUQ_SAFETY
#endif

#ifdef MCUQ_SAFETY
/* After the port's start, before the runner's: look for what went wrong, begin to watch. */
void mcuq_safety_start(void);
/* Before and after a run of a model: does not return where anything is wrong. */
void mcuq_safety_check(void);
#else
static inline void mcuq_safety_start(void)
{
}
static inline void mcuq_safety_check(void)
{
}
#endif

/* A watchdog that resets the device unless it is fed every MCUQ_WATCHDOG_MS milliseconds.
 * firmware/ports/watchdog has one a family. */
#ifdef MCUQ_WATCHDOG_MS
void mcuq_watchdog_start(void);
void mcuq_watchdog_feed(void);
/* Whether it caused this start: once, then false. */
bool mcuq_watchdog_barked(void);
#else
static inline void mcuq_watchdog_feed(void)
{
}
#endif

/* Words on both sides of arenas and states, each of a value of its own. */
void mcuq_canaries_write(void);
/* The first one that holds another value, or NULL. */
const uint32_t *mcuq_canaries_broken(void);

/* CRC-32 of code, constants and start-up values as they lie in flash. */
uint32_t mcuq_constants_crc(void);
/* What the linked image had. */
extern const uint32_t mcuq_constants_sum;

/* Forbid writes below the stack; false where the core has no memory protection unit. */
bool mcuq_guard_start(void);

#endif
