/* Four int2 a byte to bytes: byte i holds weights i (lowest bits), `bytes` + i, 2 `bytes` + i and
 * 3 `bytes` + i. */
#include "mcuq_assembly.h"
#include "mcuq_lanes.h"

#if defined(__ARM_FEATURE_MVE)

/* clang-format off */
MCUQ_ASSEMBLY void mcuq_lane_unpack_s2(const int8_t *packed, int32_t bytes, int8_t *weights)
{
    __asm__ volatile(
        "push {r4, lr}\n"
        "add r3, r2, r1\n"
        "add r4, r3, r1\n"
        "add r12, r4, r1\n"
        "dlstp.8 lr, r1\n"
        "1:\n"
        "vldrb.u8 q0, [r0], #16\n"
        "vshl.i8 q1, q0, #6\n"
        "vshr.s8 q1, q1, #6\n"
        "vstrb.8 q1, [r2], #16\n"
        "vshl.i8 q1, q0, #4\n"
        "vshr.s8 q1, q1, #6\n"
        "vstrb.8 q1, [r3], #16\n"
        "vshl.i8 q1, q0, #2\n"
        "vshr.s8 q1, q1, #6\n"
        "vstrb.8 q1, [r4], #16\n"
        "vshr.s8 q0, q0, #6\n"
        "vstrb.8 q0, [r12], #16\n"
        "letp lr, 1b\n"
        "pop {r4, pc}\n");
}
/* clang-format on */

#else

void mcuq_lane_unpack_s2(const int8_t *packed, int32_t bytes, int8_t *weights)
{
    for (int32_t i = 0; i < bytes; i++) {
        const uint32_t four = (uint8_t)packed[i];
        for (uint32_t k = 0; k < 4; k++) {
            weights[(int32_t)k * bytes + i] = (int8_t)((int8_t)(four << (6 - 2 * k) & 0xFF) >> 6);
        }
    }
}

#endif
