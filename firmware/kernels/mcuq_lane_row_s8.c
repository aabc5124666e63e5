/* All output channels of one column of bytes, int8 weights: see mcuq_lanes.h. */
#include "mcuq_assembly.h"
#include "mcuq_lanes.h"

#if defined(__ARM_FEATURE_MVE)

#include "mcuq_lanes_mve.h"

/* clang-format off */

/* r8 weights of the group, r9 column, r10 depth; r1, r3, r5, r7 weights of four channels, r11
 * inputs. 10 instructions for 64 multiply-accumulates. */
MCUQ_ASSEMBLY void mcuq_lane_row_s8(const int8_t *column, int32_t depth, const int8_t *weights,
    const mcuq_lane_group *channels, int32_t zero_point, int32_t outputs, int8_t *output)
{
    __asm__ volatile(
        MCUQ_LANES_BEGIN
        "mov r8, r2\n"
        "mov r9, r0\n"
        "mov r10, r1\n"
        "1:\n"
        MCUQ_LANES_CLEAR
        "mov r11, r9\n"
        "mov r1, r8\n"
        "add r3, r1, r10\n"
        "add r5, r3, r10\n"
        "add r7, r5, r10\n"
        "add r8, r7, r10\n"
        "dlstp.8 lr, r10\n"
        "2:\n"
        "vldrb.u8 q0, [r11], #16\n"
        "vldrb.u8 q1, [r1], #16\n"
        "vmladava.s8 r0, q0, q1\n"
        "vldrb.u8 q2, [r3], #16\n"
        "vmladava.s8 r2, q0, q2\n"
        "vldrb.u8 q1, [r5], #16\n"
        "vmladava.s8 r4, q0, q1\n"
        "vldrb.u8 q2, [r7], #16\n"
        "vmladava.s8 r6, q0, q2\n"
        "letp lr, 2b\n"
        MCUQ_LANES_KEEP_FOUR
        MCUQ_LANES_ONE_PIXEL_END("vshl.i32 q4, q4, #1\n"));
}
/* clang-format on */

#else

void mcuq_lane_row_s8(const int8_t *column, int32_t depth, const int8_t *weights,
    const mcuq_lane_group *channels, int32_t zero_point, int32_t outputs, int8_t *output)
{
    mcuq_lane_groups(column, depth, weights, channels, zero_point, outputs, output, 8);
}

#endif
