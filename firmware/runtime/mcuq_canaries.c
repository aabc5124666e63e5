#include <stddef.h>

#include "mcuq_safety.h"

#ifdef MCUQ_CANARIES
#define PATTERN 0x5AFEC0DEu

/* The linker's list: where each canary begins. */
extern uint32_t *const mcuq_canaries[];
extern uint32_t *const mcuq_canaries_end[];

static uint32_t value_at(const uint32_t *word)
{
    return PATTERN ^ (uint32_t)(uintptr_t)word;
}

void mcuq_canaries_write(void)
{
    for (uint32_t *const *canary = mcuq_canaries; canary != mcuq_canaries_end; canary++) {
        for (uint32_t *word = *canary; word != *canary + MCUQ_CANARY_WORDS; word++) {
            *word = value_at(word);
        }
    }
}

const uint32_t *mcuq_canaries_broken(void)
{
    for (uint32_t *const *canary = mcuq_canaries; canary != mcuq_canaries_end; canary++) {
        for (const uint32_t *word = *canary; word != *canary + MCUQ_CANARY_WORDS; word++) {
            /* volatile: somebody else writes there, or we were not here */
            if (*(const volatile uint32_t *)word != value_at(word)) {
                return word;
            }
        }
    }
    return NULL;
}
#endif
