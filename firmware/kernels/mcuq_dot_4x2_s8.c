/* Four output channels with int8 weights times two columns: see mcuq_weighted.h. */
#include "mcuq_weighted.h"

#if defined(__ARM_FEATURE_DSP)

/* The parameters are known to the assembly only. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

/* clang-format off */
#define TAKE_PAIR \
    "ldmia r1!, {r11, r12}\n" \
    "ldr lr, [r0], #4\n" \
    "smlad r5, lr, r11, r5\n" \
    "smlad r6, lr, r12, r6\n" \
    "sxtb16 lr, lr\n" \
    "smlad r3, lr, r11, r3\n" \
    "smlad r4, lr, r12, r4\n" \
    "ldr lr, [r0], #4\n" \
    "smlad r9, lr, r11, r9\n" \
    "smlad r10, lr, r12, r10\n" \
    "sxtb16 lr, lr\n" \
    "smlad r7, lr, r11, r7\n" \
    "smlad r8, lr, r12, r8\n"

/* r0 weights, r1 columns, r2 their end, r3-r10 nested sums (channel a to d, two columns each),
 * r11 and r12 inputs, lr weights; the loop takes eight inputs, entered halfway where the depth is
 * an odd multiple of four. 13 instructions for 16 multiply-accumulates. */
__attribute__((naked)) void mcuq_dot_4x2_s8(
    const int32_t *weights, const int32_t *columns, int32_t words, int32_t sums[8])
{
    __asm__ volatile(
        "push {r3-r11, lr}\n"
        "add r2, r1, r2, lsl #2\n"
        "adds r1, r1, #8\n"
        "add r2, r2, #8\n"
        "movs r3, #0\n"
        "movs r4, #0\n"
        "movs r5, #0\n"
        "movs r6, #0\n"
        "movs r7, #0\n"
        "mov r8, #0\n"
        "mov r9, #0\n"
        "mov r10, #0\n"
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
        "sub r5, r5, r3\n"
        "sub r6, r6, r4\n"
        "asr r5, r5, #8\n"
        "asr r6, r6, #8\n"
        "sub r9, r9, r7\n"
        "sub r10, r10, r8\n"
        "asr r9, r9, #8\n"
        "asr r10, r10, #8\n"
        "ldr lr, [sp], #4\n"
        "stmia lr, {r3-r10}\n"
        "pop {r4-r11, pc}\n");
}
/* clang-format on */

#else

void mcuq_dot_4x2_s8(const int32_t *weights, const int32_t *columns, int32_t words, int32_t sums[8])
{
    int32_t nested[8] = {0};
    const int32_t *x = columns + MCUQ_COLUMN_HEADER;
    for (const int32_t *end = x + words; x < end; x += 2) {
        for (int32_t pair = 0; pair < 2; pair++) {
            const int32_t both = *weights++;
            const int32_t low = mcuq_even_bytes((uint32_t)both);
            for (int32_t column = 0; column < 2; column++) {
                int32_t *sum = nested + 4 * pair + column;
                sum[0] = mcuq_dual_multiply(low, x[column], sum[0]);
                sum[2] = mcuq_dual_multiply(both, x[column], sum[2]);
            }
        }
    }
    for (int32_t i = 0; i < 8; i += 4) {
        for (int32_t column = i; column < i + 2; column++) {
            sums[column] = nested[column];
            sums[column + 2] = mcuq_nested_difference(nested[column + 2], nested[column], 8);
        }
    }
}

#endif
