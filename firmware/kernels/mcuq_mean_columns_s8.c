/* MEAN of all pixels of an image, several channels at a time. */
#include "mcuq_assembly.h"
#include "mcuq_kernels.h"
#include "mcuq_pool.h"
#include "mcuq_pool_mve.h"

#if defined(__ARM_FEATURE_MVE)

/* clang-format off */

/* As mcuq_requantize, of four sums, with the output's offset: r6 shift to the left, r11 to the right,
 * below 0, and the same in q4, r8 multiplier, r9 offset. The sign counts only where something is
 * shifted out to the right. */
#define REQUANTIZE(sums) \
    "vshl.s32 " sums ", r6\n" \
    "vqrdmulh.s32 " sums ", " sums ", r8\n" \
    "vand q1, " sums ", q4\n" \
    "vshr.s32 q1, q1, #31\n" \
    "vadd.i32 " sums ", " sums ", q1\n" \
    "vrshl.s32 " sums ", r11\n" \
    "vadd.i32 " sums ", " sums ", r9\n"

/* r1 input, r2 output, r3 pixels, r4 channels left, r7 channels, r10 pixels left, r12 sum_offset;
 * q0 sums of up to MCUQ_POOL_MOST pixels, q2 and q3 those of all. */
MCUQ_ASSEMBLY void mcuq_mean_columns_s8(
    const mcuq_mean_columns *p, const int8_t *input, int8_t *output)
{
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "vpush {d8-d9}\n"
        "ldrd r12, r8, [r0]\n"
        "ldrd r6, r9, [r0, #8]\n"
        "ldrd r3, r4, [r0, #16]\n"
        "mov r7, r4\n"
        "ands r11, r6, r6, asr #31\n"
        "subs r6, r6, r11\n"
        "vdup.32 q4, r11\n"
        "1:\n"
        "vctp.16 r4\n"
        "vdup.32 q2, r12\n"
        "vdup.32 q3, r12\n"
        "mov r0, r1\n"
        "mov r10, r3\n"
        "2:\n"
        "mov r5, #255\n"
        "cmp r10, r5\n"
        "it lt\n"
        "movlt r5, r10\n"
        "vmov.i16 q0, #0\n"
        MCUQ_POOL_SUMS_MVE
        "vmovlb.s16 q1, q0\n"
        "vadd.i32 q2, q2, q1\n"
        "vmovlt.s16 q1, q0\n"
        "vadd.i32 q3, q3, q1\n"
        "subs r10, r10, r5\n"
        "bgt 2b\n"
        REQUANTIZE("q2")
        REQUANTIZE("q3")
        "vqmovnb.s32 q2, q2\n"
        "vqmovnt.s32 q2, q3\n"
        "vqmovnb.s16 q2, q2\n"
        "vpst\n"
        "vstrbt.16 q2, [r2], #8\n"
        "adds r1, r1, #8\n"
        "subs r4, r4, #8\n"
        "bgt 1b\n"
        "vpop {d8-d9}\n"
        "pop {r4-r11, pc}\n");
}
/* clang-format on */

#else

void mcuq_mean_columns_s8(const mcuq_mean_columns *p, const int8_t *input, int8_t *output)
{
    const int32_t channels = p->channels;
    const mcuq_pool_window whole = {0, 1, p->pixels, 0, channels, 0, 0};
    const int32_t by_words = mcuq_pool_words(&whole, input, channels);
    int32_t channel = 0;
    while (channel < channels) {
        int32_t sums[4] = {p->sum_offset, p->sum_offset, p->sum_offset, p->sum_offset};
        int32_t count = 1;
        if (channel < by_words) {
            mcuq_pool_window part = whole;
            for (int32_t left = p->pixels; left > 0; left -= part.columns) {
                part.columns = left < MCUQ_POOL_MOST ? left : MCUQ_POOL_MOST;
                mcuq_pool_sums(&part, input, channel, sums);
                part.start += part.columns * channels;
            }
            count = 4;
        } else {
            sums[0] += mcuq_pool_sum_one(&whole, input, channel, 0);
        }
        for (int32_t i = 0; i < count; i++) {
            const int32_t value = mcuq_requantize(sums[i], p->multiplier, p->shift);
            output[channel++] = (int8_t)mcuq_clamp(value + p->output_offset, INT8_MIN, INT8_MAX);
        }
    }
}

#endif
