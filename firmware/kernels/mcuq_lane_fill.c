/* A run of equal bytes. */
#include "mcuq_assembly.h"
#include "mcuq_lanes.h"

#if defined(__ARM_FEATURE_MVE)

/* clang-format off */
MCUQ_ASSEMBLY void mcuq_lane_fill(int8_t *to, int32_t value, int32_t bytes)
{
    __asm__ volatile(
        "push {r7, lr}\n"
        "vdup.8 q0, r1\n"
        "dlstp.8 lr, r2\n"
        "1:\n"
        "vstrb.8 q0, [r0], #16\n"
        "letp lr, 1b\n"
        "pop {r7, pc}\n");
}
/* clang-format on */

#else

void mcuq_lane_fill(int8_t *to, int32_t value, int32_t bytes)
{
    for (int32_t i = 0; i < bytes; i++) {
        to[i] = (int8_t)value;
    }
}

#endif
