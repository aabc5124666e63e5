/* Means of int8 over a window, several channels at a time. */
#include "mcuq_assembly.h"
#include "mcuq_pool.h"
#include "mcuq_pool_mve.h"

#if defined(__ARM_FEATURE_MVE)

/* clang-format off */

/* r1 first pixel, r2 channels left, r3 output, r4 and r5 rows and columns, r6 and r7 how far to the
 * next of either, r8 half the count, r0, r10 and r11 within the window; q0 sums, q4 2^32 / count, rounded
 * up: the high half of its product with less than 2^15 is the quotient, q5 and q6 the activation.
 * 5 instructions for 8 values. */
MCUQ_ASSEMBLY int32_t mcuq_pool_average_many(
    const mcuq_pool_window *window, const int8_t *image, int32_t channels, int8_t *output)
{
    __asm__ volatile(
        "push {r2, r4-r12, lr}\n"
        "vpush {d8-d13}\n"
        "ldrd r10, r4, [r0]\n"
        "ldrd r5, r6, [r0, #8]\n"
        "ldrd r7, r11, [r0, #16]\n"
        "ldr r12, [r0, #24]\n"
        "add r1, r1, r10\n"
        "vdup.16 q5, r11\n"
        "vdup.16 q6, r12\n"
        "mul r8, r4, r5\n"
        "mov r9, #-1\n"
        "udiv r9, r9, r8\n"
        "adds r9, r9, #1\n"
        "lsrs r8, r8, #1\n"
        "vdup.32 q4, r9\n"
        "1:\n"
        "vctp.16 r2\n"
        "vmov.i16 q0, #0\n"
        "mov r10, r1\n"
        "mov r11, r4\n"
        "2:\n"
        "mov r0, r10\n"
        MCUQ_POOL_SUMS_MVE
        "add r10, r10, r6\n"
        "subs r11, r11, #1\n"
        "bgt 2b\n"
        "vabs.s16 q1, q0\n"
        "vmovlb.u16 q2, q1\n"
        "vmovlt.u16 q3, q1\n"
        "vadd.i32 q2, q2, r8\n"
        "vadd.i32 q3, q3, r8\n"
        "vmulh.u32 q2, q2, q4\n"
        "vmulh.u32 q3, q3, q4\n"
        "vmovnt.i32 q2, q3\n"
        "vshr.s16 q0, q0, #15\n"
        "veor q2, q2, q0\n"
        "vsub.i16 q2, q2, q0\n"
        "vmax.s16 q2, q2, q5\n"
        "vmin.s16 q2, q2, q6\n"
        "vpst\n"
        "vstrbt.16 q2, [r3], #8\n"
        "adds r1, r1, #8\n"
        "subs r2, r2, #8\n"
        "bgt 1b\n"
        "vpop {d8-d13}\n"
        "pop {r0, r4-r12, pc}\n");
}
/* clang-format on */

#else

int32_t mcuq_pool_average_many(
    const mcuq_pool_window *window, const int8_t *image, int32_t channels, int8_t *output)
{
    const int32_t by_words = mcuq_pool_words(window, image, channels);
    int32_t channel = 0;
    while (channel < by_words) {
        int32_t sums[4] = {0, 0, 0, 0};
        mcuq_pool_sums(window, image, channel, sums);
        for (int32_t i = 0; i < 4; i++) {
            output[channel++] = (int8_t)mcuq_pool_average(window, sums[i]);
        }
    }
    return by_words;
}

#endif
