/* All output channels of one column of bytes, int4 weights: see mcuq_lanes.h. */
#include "mcuq_assembly.h"
#include "mcuq_lanes.h"

#if defined(__ARM_FEATURE_MVE)

#include "mcuq_lanes_mve.h"

/* clang-format off */

#define CHANNEL(weights, sum) \
    "vldrb.u8 q2, [" weights "], #16\n" \
    "vshl.i8 q3, q2, #4\n" \
    "vmladava.s8 " sum ", q3, q0\n" \
    "vand q2, q2, q6\n" \
    "vmladava.s8 " sum ", q2, q1\n"

/* r8 weights of the group, r9 column, r10 half the depth; r1, r3, r5, r7 weights of four channels,
 * r11 and r12 inputs, q6 ones in the upper nibbles. 23 instructions for 128 multiply-accumulates. */
MCUQ_ASSEMBLY void mcuq_lane_row_s4(const int8_t *column, int32_t depth, const int8_t *weights,
    const mcuq_lane_group *channels, int32_t zero_point, int32_t outputs, int8_t *output)
{
    __asm__ volatile(
        MCUQ_LANES_BEGIN
        "mov r8, r2\n"
        "mov r9, r0\n"
        "lsrs r10, r1, #1\n"
        "1:\n"
        MCUQ_LANES_CLEAR
        "vmov.i8 q6, #0xF0\n"
        "mov r11, r9\n"
        "add r12, r9, r10\n"
        "mov r1, r8\n"
        "add r3, r1, r10\n"
        "add r5, r3, r10\n"
        "add r7, r5, r10\n"
        "add r8, r7, r10\n"
        "dlstp.8 lr, r10\n"
        "2:\n"
        "vldrb.u8 q0, [r11], #16\n"
        "vldrb.u8 q1, [r12], #16\n"
        CHANNEL("r1", "r0")
        CHANNEL("r3", "r2")
        CHANNEL("r5", "r4")
        CHANNEL("r7", "r6")
        "letp lr, 2b\n"
        MCUQ_LANES_KEEP_FOUR
        MCUQ_LANES_ONE_PIXEL_END("vshr.s32 q4, q4, #3\n"));
}
/* clang-format on */

#else

void mcuq_lane_row_s4(const int8_t *column, int32_t depth, const int8_t *weights,
    const mcuq_lane_group *channels, int32_t zero_point, int32_t outputs, int8_t *output)
{
    mcuq_lane_groups(column, depth, weights, channels, zero_point, outputs, output, 4);
}

#endif
