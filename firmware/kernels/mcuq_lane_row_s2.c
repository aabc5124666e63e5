/* All output channels of one column of bytes, int2 weights: see mcuq_lanes.h. */
#include "mcuq_assembly.h"
#include "mcuq_lanes.h"

#if defined(__ARM_FEATURE_MVE)

#include "mcuq_lanes_mve.h"

/* clang-format off */

#define CHANNEL(weights, sum) \
    "vldrb.u8 q4, [" weights "], #16\n" \
    "vshl.i8 q5, q4, #6\n" \
    "vmladava.s8 " sum ", q5, q0\n" \
    "vshl.i8 q5, q4, #4\n" \
    "vand q5, q5, q6\n" \
    "vmladava.s8 " sum ", q5, q1\n" \
    "vshl.i8 q5, q4, #2\n" \
    "vand q5, q5, q6\n" \
    "vmladava.s8 " sum ", q5, q2\n" \
    "vand q5, q4, q6\n" \
    "vmladava.s8 " sum ", q5, q3\n"

/* r1, r3, r5, r7 weights of four channels, r8, r9, r11, r12 the quarters of the column, r10 a
 * quarter of the depth, q6 ones in the upper two bits. 45 instructions for 256
 * multiply-accumulates. */
MCUQ_ASSEMBLY void mcuq_lane_row_s2(const int8_t *column, int32_t depth, const int8_t *weights,
    const mcuq_lane_group *channels, int32_t zero_point, int32_t outputs, int8_t *output)
{
    __asm__ volatile(
        MCUQ_LANES_BEGIN
        "lsrs r10, r1, #2\n"
        "1:\n"
        MCUQ_LANES_CLEAR
        "vmov.i8 q6, #0xC0\n"
        "ldr r8, " MCUQ_LANES_COLUMNS "\n"
        "ldr r1, " MCUQ_LANES_WEIGHTS "\n"
        "add r9, r8, r10\n"
        "add r11, r9, r10\n"
        "add r12, r11, r10\n"
        "add r3, r1, r10\n"
        "add r5, r3, r10\n"
        "add r7, r5, r10\n"
        "add lr, r7, r10\n"
        "str lr, " MCUQ_LANES_WEIGHTS "\n"
        "dlstp.8 lr, r10\n"
        "2:\n"
        "vldrb.u8 q0, [r8], #16\n"
        "vldrb.u8 q1, [r9], #16\n"
        "vldrb.u8 q2, [r11], #16\n"
        "vldrb.u8 q3, [r12], #16\n"
        CHANNEL("r1", "r0")
        CHANNEL("r3", "r2")
        CHANNEL("r5", "r4")
        CHANNEL("r7", "r6")
        "letp lr, 2b\n"
        MCUQ_LANES_KEEP_FOUR
        MCUQ_LANES_ONE_PIXEL_END("vshr.s32 q4, q4, #5\n"));
}
/* clang-format on */

#else

void mcuq_lane_row_s2(const int8_t *column, int32_t depth, const int8_t *weights,
    const mcuq_lane_group *channels, int32_t zero_point, int32_t outputs, int8_t *output)
{
    mcuq_lane_groups(column, depth, weights, channels, zero_point, outputs, output, 2);
}

#endif
