/* All output channels of two pixels from two columns of bytes, int8 weights: see mcuq_lanes.h. */
#include "mcuq_assembly.h"
#include "mcuq_lanes.h"

#if defined(__ARM_FEATURE_MVE)

#include "mcuq_lanes_mve.h"

/* clang-format off */

/* r1 and r3 weights of two channels, r5 and r7 columns; sums of the first channel in r0 and r2, of
 * the second in r4 and r6. */
#define TWO_CHANNELS \
    MCUQ_LANES_CLEAR \
    "mov r5, r9\n" \
    "add r7, r9, r10\n" \
    "dlstp.8 lr, r10\n" \
    "2:\n" \
    "vldrb.u8 q0, [r1], #16\n" \
    "vldrb.u8 q1, [r5], #16\n" \
    "vmladava.s8 r0, q0, q1\n" \
    "vldrb.u8 q2, [r7], #16\n" \
    "vmladava.s8 r2, q0, q2\n" \
    "vldrb.u8 q3, [r3], #16\n" \
    "vmladava.s8 r4, q3, q1\n" \
    "vmladava.s8 r6, q3, q2\n" \
    "letp lr, 2b\n"

/* r8 weights of the group, r9 columns, r10 depth. 9 instructions for 64 multiply-accumulates. */
MCUQ_ASSEMBLY void mcuq_lane_pixels_s8(const int8_t *columns, int32_t depth,
    const int8_t *weights, const mcuq_lane_group *channels, int32_t zero_point, int32_t outputs,
    int8_t *first, int8_t *second)
{
    __asm__ volatile(
        MCUQ_LANES_BEGIN
        "mov r8, r2\n"
        "mov r9, r0\n"
        "mov r10, r1\n"
        "1:\n"
        "mov r1, r8\n"
        "add r3, r8, r10, lsl #1\n"
        TWO_CHANNELS
        MCUQ_LANES_KEEP_AC
        "add r1, r8, r10\n"
        "add r3, r1, r10, lsl #1\n"
        TWO_CHANNELS
        MCUQ_LANES_KEEP_BD
        "add r8, r8, r10, lsl #2\n"
        MCUQ_LANES_TWO_PIXELS_END("vshl.i32 q4, q4, #1\n", "vshl.i32 q5, q5, #1\n"));
}
/* clang-format on */

#else

void mcuq_lane_pixels_s8(const int8_t *columns, int32_t depth, const int8_t *weights,
    const mcuq_lane_group *channels, int32_t zero_point, int32_t outputs, int8_t *first,
    int8_t *second)
{
    mcuq_lane_groups(columns, depth, weights, channels, zero_point, outputs, first, 8);
    mcuq_lane_groups(
        columns + depth, depth, weights, channels, zero_point, outputs, second, 8);
}

#endif
