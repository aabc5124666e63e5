/* All output channels of two pixels from two columns of bytes, int2 weights: see mcuq_lanes.h. */
#include "mcuq_assembly.h"
#include "mcuq_lanes.h"

#if defined(__ARM_FEATURE_MVE)

#include "mcuq_lanes_mve.h"

/* clang-format off */

#define TWO_INPUTS(first, second) \
    "vldrb.u8 q2, [" first "], #16\n" \
    "vmladava.s8 r0, q1, q2\n" \
    "vldrb.u8 q3, [" second "], #16\n" \
    "vmladava.s8 r2, q1, q3\n"

/* r1 weights of a channel, r3-r6 the quarters of the first column, r7, r9-r11 those of the second, q6
 * ones in the upper two bits; sums in r0 and r2, times 64. */
#define ONE_CHANNEL \
    "movs r0, #0\n" \
    "movs r2, #0\n" \
    "mov r1, r8\n" \
    "add r8, r8, r12\n" \
    "ldr r3, " MCUQ_LANES_COLUMNS "\n" \
    "add r4, r3, r12\n" \
    "add r5, r4, r12\n" \
    "add r6, r5, r12\n" \
    "add r7, r6, r12\n" \
    "add r9, r7, r12\n" \
    "add r10, r9, r12\n" \
    "add r11, r10, r12\n" \
    "dlstp.8 lr, r12\n" \
    "2:\n" \
    "vldrb.u8 q0, [r1], #16\n" \
    "vshl.i8 q1, q0, #6\n" \
    TWO_INPUTS("r3", "r7") \
    "vshl.i8 q1, q0, #4\n" \
    "vand q1, q1, q6\n" \
    TWO_INPUTS("r4", "r9") \
    "vshl.i8 q1, q0, #2\n" \
    "vand q1, q1, q6\n" \
    TWO_INPUTS("r5", "r10") \
    "vand q1, q0, q6\n" \
    TWO_INPUTS("r6", "r11") \
    "letp lr, 2b\n"

/* r8 weights, r12 a quarter of the depth. 24 instructions for 128 multiply-accumulates. */
MCUQ_ASSEMBLY void mcuq_lane_pixels_s2(const int8_t *columns, int32_t depth,
    const int8_t *weights, const mcuq_lane_group *channels, int32_t zero_point, int32_t outputs,
    int8_t *first, int8_t *second)
{
    __asm__ volatile(
        MCUQ_LANES_BEGIN
        "mov r8, r2\n"
        "lsrs r12, r1, #2\n"
        "1:\n"
        "vmov.i8 q6, #0xC0\n"
        ONE_CHANNEL
        "vmov.32 q4[0], r0\n"
        "vmov.32 q5[0], r2\n"
        ONE_CHANNEL
        "vmov.32 q4[1], r0\n"
        "vmov.32 q5[1], r2\n"
        ONE_CHANNEL
        "vmov.32 q4[2], r0\n"
        "vmov.32 q5[2], r2\n"
        ONE_CHANNEL
        "vmov.32 q4[3], r0\n"
        "vmov.32 q5[3], r2\n"
        MCUQ_LANES_TWO_PIXELS_END("vshr.s32 q4, q4, #5\n", "vshr.s32 q5, q5, #5\n"));
}
/* clang-format on */

#else

void mcuq_lane_pixels_s2(const int8_t *columns, int32_t depth, const int8_t *weights,
    const mcuq_lane_group *channels, int32_t zero_point, int32_t outputs, int8_t *first,
    int8_t *second)
{
    mcuq_lane_groups(columns, depth, weights, channels, zero_point, outputs, first, 2);
    mcuq_lane_groups(
        columns + depth, depth, weights, channels, zero_point, outputs, second, 2);
}

#endif
