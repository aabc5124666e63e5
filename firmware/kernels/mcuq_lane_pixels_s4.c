/* All output channels of two pixels from two columns of bytes, int4 weights: see mcuq_lanes.h. */
#include "mcuq_assembly.h"
#include "mcuq_lanes.h"

#if defined(__ARM_FEATURE_MVE)

#include "mcuq_lanes_mve.h"

/* clang-format off */

/* r1 and r3 weights of two channels, r5 and r7 the lower halves of the columns, r11 and r12 the
 * upper ones, q6 ones in the upper nibbles; sums as for int8, times 16. */
#define TWO_CHANNELS \
    MCUQ_LANES_CLEAR \
    "mov r5, r9\n" \
    "add r11, r9, r10\n" \
    "add r7, r11, r10\n" \
    "add r12, r7, r10\n" \
    "dlstp.8 lr, r10\n" \
    "2:\n" \
    "vldrb.u8 q0, [r1], #16\n" \
    "vldrb.u8 q2, [r5], #16\n" \
    "vshl.i8 q1, q0, #4\n" \
    "vldrb.u8 q3, [r7], #16\n" \
    "vmladava.s8 r0, q1, q2\n" \
    "vldrb.u8 q7, [r3], #16\n" \
    "vmladava.s8 r2, q1, q3\n" \
    "vshl.i8 q1, q7, #4\n" \
    "vmladava.s8 r4, q1, q2\n" \
    "vldrb.u8 q2, [r11], #16\n" \
    "vmladava.s8 r6, q1, q3\n" \
    "vand q0, q0, q6\n" \
    "vmladava.s8 r0, q0, q2\n" \
    "vldrb.u8 q3, [r12], #16\n" \
    "vmladava.s8 r2, q0, q3\n" \
    "vand q7, q7, q6\n" \
    "vmladava.s8 r4, q7, q2\n" \
    "vmladava.s8 r6, q7, q3\n" \
    "letp lr, 2b\n"

/* r8 weights of the group, r9 columns, r10 half the depth. 19 instructions for 128
 * multiply-accumulates. */
MCUQ_ASSEMBLY void mcuq_lane_pixels_s4(const int8_t *columns, int32_t depth,
    const int8_t *weights, const mcuq_lane_group *channels, int32_t zero_point, int32_t outputs,
    int8_t *first, int8_t *second)
{
    __asm__ volatile(
        MCUQ_LANES_BEGIN
        "mov r8, r2\n"
        "mov r9, r0\n"
        "lsrs r10, r1, #1\n"
        "1:\n"
        "vmov.i8 q6, #0xF0\n"
        "mov r1, r8\n"
        "add r3, r8, r10, lsl #1\n"
        TWO_CHANNELS
        MCUQ_LANES_KEEP_AC
        "add r1, r8, r10\n"
        "add r3, r1, r10, lsl #1\n"
        TWO_CHANNELS
        MCUQ_LANES_KEEP_BD
        "add r8, r8, r10, lsl #2\n"
        MCUQ_LANES_TWO_PIXELS_END("vshr.s32 q4, q4, #3\n", "vshr.s32 q5, q5, #3\n"));
}
/* clang-format on */

#else

void mcuq_lane_pixels_s4(const int8_t *columns, int32_t depth, const int8_t *weights,
    const mcuq_lane_group *channels, int32_t zero_point, int32_t outputs, int8_t *first,
    int8_t *second)
{
    mcuq_lane_groups(columns, depth, weights, channels, zero_point, outputs, first, 4);
    mcuq_lane_groups(
        columns + depth, depth, weights, channels, zero_point, outputs, second, 4);
}

#endif
