/* Runs of bytes from one pitch to another. */
#include "mcuq_assembly.h"
#include "mcuq_lanes.h"

#if defined(__ARM_FEATURE_MVE)

/* clang-format off */

/* r0 and r1 where a run goes and is, r2 and r3 how far to the next, r4 bytes, r5 runs left. */
MCUQ_ASSEMBLY void mcuq_lane_copy(int8_t *to, int32_t to_pitch, const int8_t *from,
    int32_t from_pitch, int32_t bytes, int32_t rows)
{
    __asm__ volatile(
        "push {r4-r7, lr}\n"
        "ldrd r4, r5, [sp, #20]\n"
        "1:\n"
        "mov r6, r0\n"
        "mov r7, r2\n"
        "dlstp.8 lr, r4\n"
        "2:\n"
        "vldrb.u8 q0, [r7], #16\n"
        "vstrb.8 q0, [r6], #16\n"
        "letp lr, 2b\n"
        "add r0, r0, r1\n"
        "add r2, r2, r3\n"
        "subs r5, r5, #1\n"
        "bgt 1b\n"
        "pop {r4-r7, pc}\n");
}
/* clang-format on */

#else

void mcuq_lane_copy(int8_t *to, int32_t to_pitch, const int8_t *from, int32_t from_pitch,
    int32_t bytes, int32_t rows)
{
    for (; rows > 0; rows--, to += to_pitch, from += from_pitch) {
        for (int32_t i = 0; i < bytes; i++) {
            to[i] = from[i];
        }
    }
}

#endif
