/* A run of pixels of a depthwise convolution with nine taps and weights expanded to int16. */
#include "mcuq_assembly.h"
#include "mcuq_depthwise.h"

#if defined(__ARM_FEATURE_MVE)

#include "mcuq_depthwise_mve.h"

/* clang-format off */
#define LOAD(x) \
    "vldrb.s32 q1, [" x ", q7]\n" \
    "vldrh.s32 q2, [r7], #8\n"

#define FIRST_TAP(x) \
    LOAD(x) \
    "vmul.i32 q0, q1, q2\n"

#define TAP(x) \
    LOAD(x) \
    "vmul.i32 q1, q1, q2\n" \
    "vadd.i32 q0, q0, q1\n"

/* 66 instructions for 36 multiply-accumulates. */
MCUQ_ASSEMBLY void mcuq_depthwise_run_expanded_9(const int8_t **taps, const int32_t *weights,
    const mcuq_channel_group *channels, int8_t *output, int32_t width, int32_t pixels, int32_t step,
    int32_t count)
{
    __asm__ volatile(
        MCUQ_VECTOR_PIXELS_BEGIN
        FIRST_TAP("r8") TAP("r9") TAP("r10")
        "ldmia r0!, {r8-r10}\n"
        TAP("r8") TAP("r9") TAP("r10")
        "ldmia r0!, {r8-r10}\n"
        TAP("r8") TAP("r9") TAP("r10")
        "vldrw.u32 q1, [r11, q6, uxtw #2]\n"
        "vadd.i32 q0, q0, q1\n"
        MCUQ_VECTOR_GROUP_END
        MCUQ_VECTOR_PIXELS_END("0, 2, 1, 3"));
}
/* clang-format on */

#elif defined(__ARM_FEATURE_DSP)

#include "mcuq_depthwise_dsp.h"

/* clang-format off */
#define TAP(x) \
    "ldr " x ", [" x ", r3]\n" \
    "ldmia r1!, {r11, lr}\n" \
    "sxtb16 r12, " x "\n" \
    "sxtb16 " x ", " x ", ror #8\n" \
    "smlabb r4, r12, r11, r4\n" \
    "smlatt r6, r12, r11, r6\n" \
    "smlabb r5, " x ", lr, r5\n" \
    "smlatt r7, " x ", lr, r7\n"

/* r8-r10 inputs, r11 and lr weights, r12 unpacked. 107 instructions for 36
 * multiply-accumulates, 32 more a pixel. */
MCUQ_ASSEMBLY void mcuq_depthwise_run_expanded_9(const int8_t **taps, const int32_t *weights,
    const mcuq_channel_group *channels, int8_t *output, int32_t width, int32_t pixels, int32_t step,
    int32_t count)
{
    __asm__ volatile(
        MCUQ_PIXELS_BEGIN
        "ldmia r2!, {r4-r7}\n"
        "ldmia r0!, {r8-r10}\n"
        TAP("r8") TAP("r9") TAP("r10")
        "ldmia r0!, {r8-r10}\n"
        TAP("r8") TAP("r9") TAP("r10")
        "ldmia r0!, {r8-r10}\n"
        TAP("r8") TAP("r9") TAP("r10")
        "subs r0, r0, #36\n"
        MCUQ_GROUP_END
        MCUQ_PIXELS_END);
}
/* clang-format on */

#endif
