/* A run of pixels of a depthwise convolution with up to 15 taps, sixteen channels at a time: see
 * mcuq_lanes.h. */
#include "mcuq_arith.h"
#include "mcuq_assembly.h"
#include "mcuq_depthwise.h"
#include "mcuq_lane_output.h"

#if defined(__ARM_FEATURE_MVE)

/* clang-format off */

/* Four sums become outputs of 32 bits; r10 their constants, r12 the output zero point, q5-q7
 * spoilt. */
#define REQUANTIZE(sums) \
    "vldrw.u32 q5, [r10]\n" \
    "vshl.i32 " sums ", " sums ", #1\n" \
    "vshr.s32 q6, q5, #5\n" \
    "vadd.i32 " sums ", " sums ", q6\n" \
    "vshl.i32 q5, q5, #27\n" \
    "vmov.i32 q7, #0\n" \
    "vshr.s32 q5, q5, #27\n" \
    "vmax.s32 q6, q5, q7\n" \
    "vmin.s32 q7, q5, q7\n" \
    "vshl.s32 " sums ", " sums ", q6\n" \
    "vldrw.u32 q6, [r10, #16]\n" \
    "vrmulh.s32 " sums ", " sums ", q6\n" \
    "adds r10, r10, #32\n" \
    "vshr.s32 q5, q5, #31\n" \
    "vshr.s32 q6, " sums ", #31\n" \
    "vand q5, q5, q6\n" \
    "vadd.i32 " sums ", " sums ", q5\n" \
    "vrshl.s32 " sums ", " sums ", q7\n" \
    "vadd.i32 " sums ", " sums ", r12\n"

/* r0 taps, r1 and r9 weights, r2 and r10 constants, r3 output end, r7 offset and r11 channels left,
 * r8 bytes of weights a tap, r5 and r6 a tap's inputs and the next tap. Products are added in 16 bits
 * (q0 even, q1 odd channels), and their parts above 2^11 in 8 (q2): both together are the sum. 14
 * instructions for 16 multiply-accumulates. */
MCUQ_ASSEMBLY void mcuq_depthwise_lanes_run(const int8_t **taps, const int32_t *weights,
    const mcuq_channel_group *channels, int8_t *output, int32_t width, int32_t pixels, int32_t step,
    int32_t count, int32_t zero)
{
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "vpush {d8-d15}\n"
        "ldrd r4, r12, [sp, #112]\n"
        "subs r12, r12, #128\n"
        "0:\n"
        "ldr r11, [sp, #100]\n"
        "mov r9, r1\n"
        "mov r10, r2\n"
        "rsbs r7, r11, #0\n"
        "1:\n"
        "adds r8, r11, #3\n"
        "bic r8, r8, #3\n"
        "cmp r8, #16\n"
        "it gt\n"
        "movgt r8, #16\n"
        "vctp.8 r11\n"
        "mov r6, r0\n"
        "vmov.i32 q0, #0\n"
        "vmov.i32 q1, #0\n"
        "vmov.i32 q2, #0\n"
        "dls lr, r4\n"
        "2:\n"
        "ldr r5, [r6], #4\n"
        "add r5, r5, r7\n"
        "vpstt\n"
        "vldrbt.u8 q3, [r5]\n"
        "vldrbt.u8 q4, [r9]\n"
        "vmullb.s8 q5, q3, q4\n"
        "add r9, r9, r8\n"
        "vmulh.s8 q6, q3, q4\n"
        "vadd.i16 q0, q0, q5\n"
        "vmullt.s8 q5, q3, q4\n"
        "vshr.s8 q6, q6, #3\n"
        "vadd.i16 q1, q1, q5\n"
        "vadd.i8 q2, q2, q6\n"
        "le lr, 2b\n"
        "vmovlb.s8 q3, q2\n"
        "vmovlt.s8 q2, q2\n"
        "vshl.i16 q4, q3, #11\n"
        "vshl.i16 q5, q2, #11\n"
        "vsub.i16 q0, q0, q4\n"
        "vsub.i16 q1, q1, q5\n"
        /* Channels 0, 4, 8, 12. */
        "vshllb.s16 q4, q3, #11\n"
        "vmovlb.u16 q5, q0\n"
        "vadd.i32 q4, q4, q5\n"
        REQUANTIZE("q4")
        /* 2, 6, 10, 14. */
        "vshllt.s16 q3, q3, #11\n"
        "vmovlt.u16 q0, q0\n"
        "vadd.i32 q3, q3, q0\n"
        REQUANTIZE("q3")
        "vqmovnb.s32 q4, q4\n"
        "vqmovnt.s32 q4, q3\n"
        /* 1, 5, 9, 13. */
        "vshllb.s16 q0, q2, #11\n"
        "vmovlb.u16 q3, q1\n"
        "vadd.i32 q0, q0, q3\n"
        REQUANTIZE("q0")
        /* 3, 7, 11, 15. */
        "vshllt.s16 q2, q2, #11\n"
        "vmovlt.u16 q1, q1\n"
        "vadd.i32 q2, q2, q1\n"
        REQUANTIZE("q2")
        "vqmovnb.s32 q0, q0\n"
        "vqmovnt.s32 q0, q2\n"
        "vqmovnb.s16 q4, q4\n"
        "vqmovnt.s16 q4, q0\n"
        "add r5, r3, r7\n"
        "vpst\n"
        "vstrbt.8 q4, [r5]\n"
        "adds r7, r7, #16\n"
        "subs r11, r11, #16\n"
        "bgt 1b\n"
        "ldrd r5, r6, [sp, #104]\n"
        "subs r5, r5, #1\n"
        "beq 4f\n"
        "str r5, [sp, #104]\n"
        "add r3, r3, r6\n"
        "mov r5, r0\n"
        "add r6, r0, r4, lsl #2\n"
        "dlstp.32 lr, r4\n"
        "3:\n"
        "vldrw.u32 q0, [r5]\n"
        "vldrw.u32 q1, [r6], #16\n"
        "vadd.i32 q0, q0, q1\n"
        "vstrw.32 q0, [r5], #16\n"
        "letp lr, 3b\n"
        "b 0b\n"
        "4:\n"
        "vpop {d8-d15}\n"
        "pop {r4-r11, pc}\n");
}
/* clang-format on */

#else

/* Constants are in the order in which the vector extension widens lanes. */
static int8_t requantized(
    const mcuq_lane_group *constants, int32_t channel, int32_t sum, int32_t zero_point)
{
    const int32_t lane = channel & 15;
    const mcuq_lane_group *group =
        constants + channel / 16 * 4 + (lane & 1) * 2 + (lane >> 1 & 1);
    return mcuq_lane_output(group, lane >> 2, sum, zero_point);
}

void mcuq_depthwise_lanes_run(const int8_t **taps, const int32_t *weights,
    const mcuq_channel_group *channels, int8_t *output, int32_t width, int32_t pixels, int32_t step,
    int32_t count, int32_t zero)
{
    const mcuq_lane_group *constants = (const mcuq_lane_group *)(const void *)channels;
    for (;; output += step) {
        for (int32_t c = 0; c < width; c++) {
            const int32_t first = c / 16 * 16;
            const int32_t pitch = mcuq_clamp((width - first + 3) / 4 * 4, 4, 16);
            const int8_t *weight = (const int8_t *)weights + first * count + (c - first);
            int32_t sum = 0;
            for (int32_t tap = 0; tap < count; tap++, weight += pitch) {
                sum += taps[tap][c - width] * *weight;
            }
            output[c - width] = requantized(constants, c, sum, zero + INT8_MIN);
        }
        if (--pixels == 0) {
            return;
        }
        mcuq_depthwise_move(taps, count);
    }
}

#endif
