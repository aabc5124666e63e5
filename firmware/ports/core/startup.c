/* From reset to main. Everything but exception handlers runs on the process stack, so that its
 * overflow leaves the handlers a stack of their own. */
#include <stdint.h>

#include "core.h"
#include "registers.h"

extern uint32_t __main_stack_top, __stack_top, __stack_limit;
extern uint32_t __data_start, __data_end, __data_load, __bss_start, __bss_end;

int main(void);

__attribute__((naked, noreturn)) void mcuq_reset_handler(void)
{
    __asm volatile(
        "ldr r0, =__stack_top\n"
        "msr psp, r0\n"
        "movs r0, #2\n"
        "msr control, r0\n"
        "isb\n"
#if defined(__ARM_ARCH_8M_MAIN__) || defined(__ARM_ARCH_8_1M_MAIN__)
        "ldr r0, =__stack_limit\n"
        "msr psplim, r0\n"
#endif
        "bl mcuq_start\n");
}

/* Called from the reset handler only. */
__attribute__((used, noreturn)) void mcuq_start(void)
{
#if defined(__ARM_FEATURE_MVE)
    SCB_CPACR |= 0xFu << 20; /* before anything below becomes a vector instruction */
    barrier();
#endif
    const uint32_t *from = &__data_load;
    for (uint32_t *to = &__data_start; to < &__data_end; to++) {
        *to = *from++;
    }
    for (uint32_t *to = &__bss_start; to < &__bss_end; to++) {
        *to = 0;
    }
    SCB_VTOR = (uint32_t)(uintptr_t)mcuq_vectors;
    mcuq_stack_paint();
    mcuq_boot_counted();
    main();
    mcuq_reset();
}

__attribute__((weak)) void mcuq_systick_handler(void)
{
    mcuq_fault_handler();
}

__attribute__((section(".vectors"), used)) const mcuq_vector mcuq_vectors[16] = {
    [0] = (mcuq_vector)(void *)&__main_stack_top,
    [1] = mcuq_reset_handler,
    [2] = mcuq_fault_handler,  /* NMI */
    [3] = mcuq_fault_handler,  /* hard fault */
    [4] = mcuq_fault_handler,  /* memory management */
    [5] = mcuq_fault_handler,  /* bus */
    [6] = mcuq_fault_handler,  /* usage */
    [7] = mcuq_fault_handler,  /* secure */
    [11] = mcuq_fault_handler, /* SVC */
    [12] = mcuq_fault_handler, /* debug monitor */
    [14] = mcuq_fault_handler, /* PendSV */
    [15] = mcuq_systick_handler,
};
