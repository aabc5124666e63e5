/* Sum of two tensors where the first operand's scale is the common one: it needs only a shift. */
#include "mcuq_aligned_add.h"
#include "mcuq_arith.h"
#include "mcuq_assembly.h"
#include "mcuq_instructions.h"

#if defined(__ARM_FEATURE_MVE)

/* clang-format off */

/* r0 and r1 operands, r2 output, r4-r11 the constants in order, right shifts turned; q2 and q3 the
 * multipliers. 23 instructions for four elements. */
MCUQ_ASSEMBLY void mcuq_add_aligned_s8(const int8_t *a, const int8_t *b, int8_t *output,
    const mcuq_aligned_add *constants, int32_t count)
{
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "ldr r12, [sp, #36]\n"
        "ldmia r3, {r4-r11}\n"
        "rsbs r3, r8, #0\n"
        "rsb r11, r11, #0\n"
        "vdup.32 q2, r6\n"
        "vdup.32 q3, r9\n"
        "wlstp.32 lr, r12, 2f\n"
        "1:\n"
        "vldrb.s32 q0, [r1], #4\n"
        "vshl.i32 q0, q0, #21\n"
        "vadd.i32 q0, q0, r5\n"
        "vrmulh.s32 q0, q0, q2\n"
        "vshr.s32 q1, q0, #31\n"
        "vadd.i32 q0, q0, q1\n"
        "vldrb.s32 q1, [r0], #4\n"
        "vadd.i32 q0, q0, r7\n"
        "vshl.i32 q1, q1, #19\n"
        "vshl.s32 q0, r3\n"
        "vadd.i32 q1, q1, r4\n"
        "vadd.i32 q0, q0, q1\n"
        "vshl.i32 q0, q0, #1\n"
        "vrmulh.s32 q0, q0, q3\n"
        "vshr.s32 q1, q0, #31\n"
        "vadd.i32 q0, q0, q1\n"
        "vadd.i32 q0, q0, r10\n"
        "vshl.s32 q0, r11\n"
        "vqmovnb.s32 q0, q0\n"
        "vqmovnb.s16 q0, q0\n"
        "vstrb.32 q0, [r2], #4\n"
        "letp lr, 1b\n"
        "2:\n"
        "pop {r4-r11, pc}\n");
}
/* clang-format on */

#elif defined(__ARM_FEATURE_DSP)

/* clang-format off */

#define ELEMENT \
    "ldrsb r12, [r1], #1\n" \
    "ldrsb lr, [r0], #1\n" \
    "add r12, r5, r12, lsl #21\n" \
    "smmulr r12, r12, r6\n" \
    "add lr, r4, lr, lsl #20\n" \
    "add r12, r12, r12, asr #31\n" \
    "add r12, r12, r7\n" \
    "asr r12, r12, r8\n" \
    "add r12, lr, r12, lsl #1\n" \
    "smmulr r12, r12, r9\n" \
    "add r12, r12, r12, asr #31\n" \
    "add r12, r12, r10\n" \
    "asr r12, r12, r11\n" \
    "ssat r12, #8, r12\n" \
    "strb r12, [r2], #1\n"

/* r0 and r1 operands, r2 output, r3 end of the first operand, r4-r11 the constants in order, the
 * first doubled, r12 and lr values. 16 instructions an element; two a round. */
MCUQ_ASSEMBLY void mcuq_add_aligned_s8(const int8_t *a, const int8_t *b, int8_t *output,
    const mcuq_aligned_add *constants, int32_t count)
{
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "ldr r12, [sp, #36]\n"
        "ldmia r3, {r4-r11}\n"
        "adds r3, r0, r12\n"
        "lsls r4, r4, #1\n"
        "tst r12, #1\n"
        "bne 2f\n"
        "b 3f\n"
        "1:\n"
        ELEMENT
        "2:\n"
        ELEMENT
        "3:\n"
        "cmp r0, r3\n"
        "bne 1b\n"
        "pop {r4-r11, pc}\n");
}
/* clang-format on */

#else

void mcuq_add_aligned_s8(const int8_t *a, const int8_t *b, int8_t *output,
    const mcuq_aligned_add *constants, int32_t count)
{
    const mcuq_aligned_add k = *constants;
    for (int32_t i = 0; i < count; i++) {
        const int32_t first = k.a_offset + mcuq_shift_left(a[i], 19);
        const int32_t fine = k.b_offset + mcuq_shift_left(b[i], 21);
        const int32_t high = mcuq_high_multiply(fine, k.b_multiplier);
        const int32_t sum = first + ((high + (high >> 31) + k.b_rounding) >> k.b_shift);
        const int32_t result = mcuq_high_multiply(2 * sum, k.multiplier);
        output[i] = (int8_t)mcuq_saturate((result + (result >> 31) + k.rounding) >> k.shift);
    }
}

#endif
