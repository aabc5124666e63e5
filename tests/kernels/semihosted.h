/* A program that an emulator runs bare: main is called, and what it tells goes to the host. */
#ifndef SEMIHOSTED_H
#define SEMIHOSTED_H

#include <stdint.h>
#include <string.h>

static uint32_t state = 1;

static int32_t below(int32_t end)
{
    state = state * 1664525u + 1013904223u;
    return (int32_t)(state >> 8) % end;
}

static int32_t ask(int32_t operation, const void *argument)
{
    register int32_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

int main(void);
extern uint32_t stack_top;
extern uint32_t bss_begin;
extern uint32_t bss_end;

static void start(void)
{
    *(volatile uint32_t *)0xE000ED88 |= 0xFu << 20; /* CPACR: floating-point and vector registers. */
    __asm__ volatile("dsb\nisb");
    memset(&bss_begin, 0, (size_t)((char *)&bss_end - (char *)&bss_begin));
    state = 1;
    main();
    ask(4, "done\n");
    ask(0x18, (const void *)0x20026);
}

static void stop(void)
{
    ask(4, "fault\n");
    ask(0x18, (const void *)0x20026);
}

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    &stack_top, (const void *)start, (const void *)stop, (const void *)stop, (const void *)stop,
    (const void *)stop, (const void *)stop};

#endif
