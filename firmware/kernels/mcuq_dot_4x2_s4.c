/* Four output channels with int4 weights times two columns: see mcuq_weighted.h. */
#include "mcuq_weighted.h"

#if defined(__ARM_FEATURE_DSP)

/* The parameters are known to the assembly only. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

/* clang-format off */
#define TAKE_PAIR \
    "ldmia r1!, {r11, r12}\n" \
    "ldr lr, [r0], #4\n" \
    "smlad r9, lr, r11, r9\n" \
    "smlad r10, lr, r12, r10\n" \
    "bic lr, lr, #0xF000F000\n" \
    "smlad r7, lr, r11, r7\n" \
    "smlad r8, lr, r12, r8\n" \
    "uxtb16 lr, lr\n" \
    "smlad r5, lr, r11, r5\n" \
    "smlad r6, lr, r12, r6\n" \
    "and lr, lr, #0x000F000F\n" \
    "smlad r3, lr, r11, r3\n" \
    "smlad r4, lr, r12, r4\n"

/* r0 weights, r1 columns, r2 their end, r3-r10 nested sums (channel a to d, two columns each),
 * r11 and r12 inputs, lr weights; the loop takes eight inputs, entered halfway where the depth is
 * an odd multiple of four. 13 instructions for 16 multiply-accumulates. */
__attribute__((naked)) void mcuq_dot_4x2_s4(
    const int32_t *weights, const int32_t *columns, int32_t words, int32_t sums[8])
{
    __asm__ volatile(
        "push {r3-r11, lr}\n"
        "add r2, r1, r2, lsl #2\n"
        "add r2, r2, #8\n"
        "ldmia r1!, {r3, r4}\n"
        "add r5, r3, r3, lsl #4\n"
        "add r6, r4, r4, lsl #4\n"
        "add r7, r5, r3, lsl #8\n"
        "add r8, r6, r4, lsl #8\n"
        "mov r9, r7\n"
        "mov r10, r8\n"
        "cmp r1, r2\n"
        "beq 3f\n"
        "sub r12, r2, r1\n"
        "tst r12, #16\n"
        "bne 2f\n"
        "1:\n"
        TAKE_PAIR TAKE_PAIR
        "2:\n"
        TAKE_PAIR TAKE_PAIR
        "cmp r1, r2\n"
        "bne 1b\n"
        "3:\n"
        "sub r9, r9, r7\n"
        "sub r10, r10, r8\n"
        "asr r9, r9, #12\n"
        "asr r10, r10, #12\n"
        "sub r7, r7, r5\n"
        "sub r8, r8, r6\n"
        "asr r7, r7, #8\n"
        "asr r8, r8, #8\n"
        "sub r5, r5, r3\n"
        "sub r6, r6, r4\n"
        "asr r5, r5, #4\n"
        "asr r6, r6, #4\n"
        "ldr lr, [sp], #4\n"
        "stmia lr, {r3-r10}\n"
        "pop {r4-r11, pc}\n");
}
/* clang-format on */

#else

void mcuq_dot_4x2_s4(const int32_t *weights, const int32_t *columns, int32_t words, int32_t sums[8])
{
    int32_t nested[8];
    for (int32_t column = 0; column < 2; column++) {
        mcuq_start_nested(nested + column, columns[column], 2);
    }
    const int32_t *x = columns + MCUQ_COLUMN_HEADER;
    for (const int32_t *end = x + words; x < end; x += 2) {
        const int32_t all = *weights++;
        for (int32_t column = 0; column < 2; column++) {
            mcuq_nested_multiply(nested + column, all, x[column], 2);
        }
    }
    for (int32_t column = 0; column < 2; column++) {
        mcuq_split_nested(nested + column, sums + column, 2);
    }
}

#endif
