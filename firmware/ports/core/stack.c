/* The main stack's high-water mark: painted at the start, looked at when asked. */
#include <stdbool.h>
#include <stdint.h>

#include "core.h"

#define PATTERN 0xC5C5C5C5u

extern uint32_t __stack_limit, __stack_top;

void mcuq_stack_paint(void)
{
    uint32_t *top;
    __asm volatile("mov %0, sp" : "=r"(top));
    /* volatile: or the compiler calls memset, whose own frame lies in what is painted. */
    for (volatile uint32_t *at = &__stack_limit; at < top; at++) {
        *at = PATTERN;
    }
}

uint32_t mcuq_stack_reserved(void)
{
    return (uint32_t)((uintptr_t)&__stack_top - (uintptr_t)&__stack_limit);
}

uint32_t mcuq_stack_used(void)
{
    const uint32_t *at = &__stack_limit;
    while (at < &__stack_top && *at == PATTERN) {
        at++;
    }
    return (uint32_t)((uintptr_t)&__stack_top - (uintptr_t)at);
}

bool mcuq_stack_intact(void)
{
    return __stack_limit == PATTERN;
}
