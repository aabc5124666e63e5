/* The independent watchdog of STM32 (RM0385 section 26), on the low-speed oscillator. */
#include "family.h"
#include "mcuq_safety.h"
#include "registers.h"

#define IWDG_KR REGISTER(IWDG_BASE + 0x00u)
#define IWDG_PR REGISTER(IWDG_BASE + 0x04u)
#define IWDG_RLR REGISTER(IWDG_BASE + 0x08u)
#define IWDG_SR REGISTER(IWDG_BASE + 0x0Cu)
#define KR_START 0xCCCCu
#define KR_UNLOCK 0x5555u
#define KR_FEED 0xAAAAu
#define SR_BUSY 3u /* prescaler or reload value on their way */

/* Divided by 256: 125 Hz, 8 ms a tick; 12 bits of them are 32 s. */
#define PRESCALER_256 6u
#define TICKS (MCUQ_WATCHDOG_MS / 8u + 1u)
_Static_assert(TICKS <= 4096u, "the watchdog counts 4,096 ticks of 8 ms");

void mcuq_watchdog_start(void)
{
    IWDG_KR = KR_START; /* also switches its oscillator on */
    IWDG_KR = KR_UNLOCK;
    IWDG_PR = PRESCALER_256;
    IWDG_RLR = TICKS - 1u;
    wait_until(&IWDG_SR, SR_BUSY, 0);
    IWDG_KR = KR_FEED;
}

void mcuq_watchdog_feed(void)
{
    IWDG_KR = KR_FEED;
}

bool mcuq_watchdog_barked(void)
{
    const bool barked = (RESET_FLAGS & RESET_FLAGS_IWDG) != 0;
    set_bits(&RESET_FLAGS, RESET_FLAGS_CLEAR);
    RESET_FLAGS &= ~RESET_FLAGS_CLEAR;
    return barked;
}
