/* Two int4 a byte to bytes: byte i holds weights i (low nibble) and `bytes` + i. */
#include "mcuq_assembly.h"
#include "mcuq_lanes.h"

#if defined(__ARM_FEATURE_MVE)

/* clang-format off */
MCUQ_ASSEMBLY void mcuq_lane_unpack_s4(const int8_t *packed, int32_t bytes, int8_t *weights)
{
    __asm__ volatile(
        "push {r7, lr}\n"
        "add r3, r2, r1\n"
        "dlstp.8 lr, r1\n"
        "1:\n"
        "vldrb.u8 q0, [r0], #16\n"
        "vshl.i8 q1, q0, #4\n"
        "vshr.s8 q0, q0, #4\n"
        "vshr.s8 q1, q1, #4\n"
        "vstrb.8 q0, [r3], #16\n"
        "vstrb.8 q1, [r2], #16\n"
        "letp lr, 1b\n"
        "pop {r7, pc}\n");
}
/* clang-format on */

#else

void mcuq_lane_unpack_s4(const int8_t *packed, int32_t bytes, int8_t *weights)
{
    for (int32_t i = 0; i < bytes; i++) {
        weights[i] = (int8_t)((int8_t)((uint32_t)packed[i] << 4 & 0xFF) >> 4);
        weights[bytes + i] = (int8_t)(packed[i] >> 4);
    }
}

#endif
