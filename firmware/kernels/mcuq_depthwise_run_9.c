/* A run of pixels of a depthwise convolution with nine taps, four channels at a time. */
#include "mcuq_assembly.h"
#include "mcuq_depthwise.h"
#include "mcuq_output.h"

#if defined(__ARM_FEATURE_MVE)

#include "mcuq_depthwise_mve.h"

/* clang-format off */
#define LOAD(x) \
    "vldrb.s32 q1, [" x ", q7]\n" \
    "vldrb.s32 q2, [r7], #4\n"

#define FIRST_TAP(x) \
    LOAD(x) \
    "vmul.i32 q0, q1, q2\n"

#define TAP(x) \
    LOAD(x) \
    "vmul.i32 q1, q1, q2\n" \
    "vadd.i32 q0, q0, q1\n"

/* 67 instructions for 36 multiply-accumulates. */
MCUQ_ASSEMBLY void mcuq_depthwise_run_9(const int8_t **taps, const int32_t *weights,
    const mcuq_channel_group *channels, int8_t *output, int32_t width, int32_t pixels, int32_t step,
    int32_t count)
{
    __asm__ volatile(
        MCUQ_VECTOR_PIXELS_BEGIN
        FIRST_TAP("r8") TAP("r9") TAP("r10")
        "ldmia r0!, {r8-r10}\n"
        TAP("r8") TAP("r9") TAP("r10")
        "ldmia r0!, {r8-r10}\n"
        TAP("r8") TAP("r9") TAP("r10")
        "vshl.i32 q0, q0, #1\n"
        "vldrw.u32 q1, [r11]\n"
        "vadd.i32 q0, q0, q1\n"
        MCUQ_VECTOR_GROUP_END
        MCUQ_VECTOR_PIXELS_END("0, 1, 2, 3"));
}
/* clang-format on */

#elif defined(__ARM_FEATURE_DSP)

#include "mcuq_depthwise_dsp.h"

/* clang-format off */
#define LOAD(x) \
    "ldr " x ", [" x ", r3]\n" \
    "ldr r11, [r1], #4\n" \
    "sxtb16 r12, " x "\n" \
    "sxtb16 lr, r11\n" \
    "sxtb16 " x ", " x ", ror #8\n" \
    "sxtb16 r11, r11, ror #8\n"

#define FIRST_TAP(x) \
    LOAD(x) \
    "smulbb r4, r12, lr\n" \
    "smultt r6, r12, lr\n" \
    "smulbb r5, " x ", r11\n" \
    "smultt r7, " x ", r11\n"

#define TAP(x) \
    LOAD(x) \
    "smlabb r4, r12, lr, r4\n" \
    "smlatt r6, r12, lr, r6\n" \
    "smlabb r5, " x ", r11, r5\n" \
    "smlatt r7, " x ", r11, r7\n"

/* r8-r11 inputs and weights, r12 and lr unpacked. 131 instructions for 36
 * multiply-accumulates, 32 more a pixel. */
MCUQ_ASSEMBLY void mcuq_depthwise_run_9(const int8_t **taps, const int32_t *weights,
    const mcuq_channel_group *channels, int8_t *output, int32_t width, int32_t pixels, int32_t step,
    int32_t count)
{
    __asm__ volatile(
        MCUQ_PIXELS_BEGIN
        "ldmia r0!, {r8-r10}\n"
        FIRST_TAP("r8") TAP("r9") TAP("r10")
        "ldmia r0!, {r8-r10}\n"
        TAP("r8") TAP("r9") TAP("r10")
        "ldmia r0!, {r8-r10}\n"
        TAP("r8") TAP("r9") TAP("r10")
        "subs r0, r0, #36\n"
        "ldmia r2!, {r8-r11}\n"
        "add r4, r8, r4, lsl #1\n"
        "add r5, r9, r5, lsl #1\n"
        "add r6, r10, r6, lsl #1\n"
        "add r7, r11, r7, lsl #1\n"
        MCUQ_GROUP_END
        MCUQ_PIXELS_END);
}
/* clang-format on */

#else

/* The doubled sum of one channel. */
static inline int32_t sum_nine(const int8_t **taps, int32_t offset, const int8_t *weight)
{
    int32_t sum = taps[0][offset] * weight[0];
    sum += taps[1][offset] * weight[4];
    sum += taps[2][offset] * weight[8];
    sum += taps[3][offset] * weight[12];
    sum += taps[4][offset] * weight[16];
    sum += taps[5][offset] * weight[20];
    sum += taps[6][offset] * weight[24];
    sum += taps[7][offset] * weight[28];
    sum += taps[8][offset] * weight[32];
    return 2 * sum;
}

void mcuq_depthwise_run_9(const int8_t **taps, const int32_t *weights,
    const mcuq_channel_group *channels, int8_t *output, int32_t width, int32_t pixels, int32_t step,
    int32_t count)
{
    for (;; output += step) {
        const int8_t *weight = (const int8_t *)weights;
        const mcuq_channel_group *group = channels;
        for (int32_t offset = -width; offset < 0; weight += 32, group++) {
            for (int32_t i = 0; i < 4; i++, offset++, weight++) {
                output[offset] = mcuq_group_output(group, i, sum_nine(taps, offset, weight));
            }
        }
        if (--pixels == 0) {
            return;
        }
        mcuq_depthwise_move(taps, count);
    }
}

#endif
