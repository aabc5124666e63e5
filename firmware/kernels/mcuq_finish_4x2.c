/* Sums of up to four channels and two pixels become outputs. */
#include "mcuq_weighted.h"

#if defined(__ARM_FEATURE_MVE)

#include <arm_mve.h>

/* One pixel's four channels: left shifts and roundings as mcuq_channel says. */
static inline void finish(int32x4_t sum, int32x4x4_t channel, int8_t *output)
{
    const int32x4_t negative = vnegq_s32(channel.val[3]);
    const int32x4_t zero = vdupq_n_s32(0);
    int32x4_t value = vaddq_s32(channel.val[0], vshlq_n_s32(sum, 1));
    value = vshlq_s32(value, vmaxq_s32(negative, zero));
    value = vrmulhq_s32(value, channel.val[1]);
    /* The sign counts only where something is shifted out to the right. */
    const int32x4_t sign = vandq_s32(vshrq_n_s32(value, 31), vshrq_n_s32(negative, 31));
    value = vaddq_s32(vaddq_s32(value, sign), channel.val[2]);
    value = vshlq_s32(value, vminq_s32(negative, zero));
    value = vmaxq_s32(vminq_s32(value, vdupq_n_s32(INT8_MAX)), vdupq_n_s32(INT8_MIN));
    vstrbq_s32(output, value);
}

void mcuq_finish_4x2(
    const int32_t *sums, const mcuq_channel *channels, int8_t *first, int8_t *second, int32_t count)
{
    if (count == 4) {
        const int32x4x4_t words = vld4q_s32((const int32_t *)channels);
        const int32x4x2_t sum = vld2q_s32(sums);
        finish(sum.val[0], words, first);
        finish(sum.val[1], words, second);
        return;
    }
    for (int32_t i = 0; i < count; i++) {
        first[i] = mcuq_output(channels + i, sums[2 * i]);
        second[i] = mcuq_output(channels + i, sums[2 * i + 1]);
    }
}

#elif defined(__ARM_FEATURE_DSP)

/* The parameters are known to the assembly only. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

/* clang-format off */
#define SHIFT_RIGHT(sum) \
    "add " sum ", r4, " sum ", lsl #1\n" \
    "smmulr " sum ", " sum ", r5\n" \
    "add " sum ", " sum ", " sum ", asr #31\n" \
    "add " sum ", " sum ", r6\n" \
    "asr " sum ", " sum ", r7\n"

#define SHIFT_LEFT(sum) \
    "add " sum ", r4, " sum ", lsl #1\n" \
    "lsl " sum ", " sum ", r7\n" \
    "smmulr " sum ", " sum ", r5\n" \
    "add " sum ", " sum ", r6\n"

/* r0 sums, r1 channels, r2 and r3 outputs, lr channels left, r4-r7 the channel's words, r8 and r9
 * its two sums. 10 instructions an output. */
__attribute__((naked)) void mcuq_finish_4x2(const int32_t *sums, const mcuq_channel *channels,
    int8_t *first, int8_t *second, int32_t count)
{
    __asm__ volatile(
        "push {r4-r9, lr}\n"
        "ldr lr, [sp, #28]\n"
        "1:\n"
        "ldmia r1!, {r4-r7}\n"
        "ldrd r8, r9, [r0], #8\n"
        "cmp r7, #0\n"
        "ble 3f\n"
        SHIFT_RIGHT("r8")
        SHIFT_RIGHT("r9")
        "2:\n"
        "ssat r8, #8, r8\n"
        "ssat r9, #8, r9\n"
        "strb r8, [r2], #1\n"
        "strb r9, [r3], #1\n"
        "subs lr, lr, #1\n"
        "bne 1b\n"
        "pop {r4-r9, pc}\n"
        "3:\n"
        "rsbs r7, r7, #0\n"
        SHIFT_LEFT("r8")
        SHIFT_LEFT("r9")
        "b 2b\n");
}
/* clang-format on */

#else

void mcuq_finish_4x2(
    const int32_t *sums, const mcuq_channel *channels, int8_t *first, int8_t *second, int32_t count)
{
    for (int32_t i = 0; i < count; i++) {
        first[i] = mcuq_output(channels + i, sums[2 * i]);
        second[i] = mcuq_output(channels + i, sums[2 * i + 1]);
    }
}

#endif
