/* A fault saves the registers where the start-up does not clear them, and resets: the next start
 * has a working link and reports them. */
#include <stddef.h>
#include <stdint.h>

#include "core.h"
#include "registers.h"

#define RECORD_MAGIC 0x4641554Cu
#define BOOT_MAGIC 0x424F4F54u
#define OVERFLOW_REACH 4096u /* an overflowing frame may land this far below the limit */
#define EXCEPTION_FRAME_BYTES 32u
#define CACHE_LINE_BYTES 32u

extern uint32_t __stack_limit, __stack_top;

static struct {
    uint32_t magic;
    mcuq_fault fault;
    uint32_t boot_magic;
    uint32_t boots;
} kept __attribute__((section(".noinit")));

/* A reset drops what the data cache has not written back. */
static void clean_kept(void)
{
#if __ARM_ARCH >= 7
    if ((SCB_CCR & SCB_CCR_DC) == 0) {
        return;
    }
    barrier();
    const uint32_t start = (uint32_t)(uintptr_t)&kept;
    for (uint32_t at = start & ~(CACHE_LINE_BYTES - 1u); at < start + sizeof kept;
         at += CACHE_LINE_BYTES) {
        SCB_DCCMVAC = at;
    }
#endif
}

_Noreturn void mcuq_reset(void)
{
    clean_kept();
    barrier();
    SCB_AIRCR = SCB_AIRCR_SYSRESETREQ;
    for (;;) {
        barrier();
    }
}

/* lr and both stack pointers as they were on entry, before the compiler pushes anything. */
__attribute__((naked)) void mcuq_fault_handler(void)
{
    __asm volatile(
        "mov r0, lr\n"
        "mrs r1, psp\n"
        "mrs r2, msp\n"
        "ldr r3, =mcuq_fault_save\n"
        "bx r3\n");
}

static int is_near_limit(uint32_t address)
{
    const uint32_t limit = (uint32_t)(uintptr_t)&__stack_limit;
    return address < limit + EXCEPTION_FRAME_BYTES && address >= limit - OVERFLOW_REACH;
}

static void save_frame(mcuq_fault *fault, uint32_t sp)
{
    const uint32_t bottom = (uint32_t)(uintptr_t)&__stack_limit;
    const uint32_t top = (uint32_t)(uintptr_t)&__stack_top;
    if (sp < bottom || sp > top - EXCEPTION_FRAME_BYTES) {
        return;
    }
    const uint32_t *frame = (const uint32_t *)(uintptr_t)sp;
    fault->r0 = frame[0];
    fault->r1 = frame[1];
    fault->r2 = frame[2];
    fault->r3 = frame[3];
    fault->r12 = frame[4];
    fault->lr = frame[5];
    fault->pc = frame[6];
    fault->xpsr = frame[7];
}

__attribute__((used)) void mcuq_fault_save(uint32_t exc_return, uint32_t psp, uint32_t msp)
{
    const int on_process_stack = (exc_return & 4u) != 0;
    uint32_t ipsr;
    __asm volatile("mrs %0, ipsr" : "=r"(ipsr));
    mcuq_fault fault = {.exception = ipsr & 0x1FFu, .sp = on_process_stack ? psp : msp};
    if (on_process_stack) {
        save_frame(&fault, psp);
    }
#if __ARM_ARCH >= 7
    fault.cfsr = SCB_CFSR;
    fault.hfsr = SCB_HFSR;
    fault.mmfar = SCB_MMFAR;
    fault.bfar = SCB_BFAR;
    SCB_CFSR = fault.cfsr; /* sticky, written ones clear it */
    SCB_HFSR = fault.hfsr;
#endif
    fault.reason = (on_process_stack && is_near_limit(psp)) || (fault.cfsr & (1u << 20)) != 0;
    kept.fault = fault;
    kept.magic = RECORD_MAGIC;
    mcuq_reset();
}

_Noreturn void mcuq_fault_overflow(void)
{
    kept.fault = (mcuq_fault){.reason = MCUQ_REASON_OVERFLOW, .sp = (uint32_t)(uintptr_t)&__stack_limit};
    kept.magic = RECORD_MAGIC;
    mcuq_reset();
}

void mcuq_fault_note(uint32_t reason, uint32_t what, uint32_t found)
{
    kept.fault = (mcuq_fault){.reason = reason, .r0 = what, .r1 = found};
    kept.magic = RECORD_MAGIC;
}

const mcuq_fault *mcuq_fault_pending(void)
{
    return kept.magic == RECORD_MAGIC ? &kept.fault : NULL;
}

void mcuq_fault_clear(void)
{
    kept.magic = 0;
}

void mcuq_boot_counted(void)
{
    if (kept.boot_magic != BOOT_MAGIC) {
        kept.boot_magic = BOOT_MAGIC;
        kept.boots = 0;
        kept.magic = 0;
    }
    kept.boots++;
}

uint32_t mcuq_boot_count(void)
{
    return kept.boots;
}
