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

/* 63 instructions for 36 multiply-accumulates. */
MCUQ_ASSEMBLY void mcuq_depthwise_run_expanded_9(const int8_t **taps, const int32_t *weights,
    const mcuq_channel_group *channels, int8_t *output, int32_t width, int32_t pixels, int32_t step,
    int32_t count, int32_t zero_point)
{
    __asm__ volatile(
        MCUQ_VECTOR_PIXELS_BEGIN
        FIRST_TAP("r8") TAP("r9") TAP("r10")
        "ldmia r0!, {r8-r10}\n"
        TAP("r8") TAP("r9") TAP("r10")
        "ldmia r0!, {r8-r10}\n"
        TAP("r8") TAP("r9") TAP("r10")
        MCUQ_VECTOR_GROUP_END
        MCUQ_VECTOR_PIXELS_END("0, 2, 1, 3"));
}
/* clang-format on */

#elif defined(__ARM_FEATURE_DSP)

#include "mcuq_depthwise_dsp.h"

/* clang-format off */

/* Inputs of channels 0 and 2 in r12, of 1 and 3 where they were loaded; weights in r9 and r10. */
#define ADDRESS(x) "ldr " x ", [r0], #4\n"
#define INPUT(x) "ldr " x ", [" x ", r3]\n"
#define WEIGHT(w) "ldr " w ", [r1], #4\n"

#if defined(MCUQ_DUAL_ISSUE)

/* The next tap's loads stand beside this one's products. 10 instructions. */
#define TAP(x, next_input, next_weight, spread, address, next_odd_weight) \
    "smlabb r4, r12, r9, r4\n" \
    next_input \
    "smlatt r6, r12, r9, r6\n" \
    "sxtb16 " x ", " x ", ror #8\n" \
    next_weight \
    "smlabb r5, " x ", r10, r5\n" \
    spread \
    "smlatt r7, " x ", r10, r7\n" \
    address \
    next_odd_weight

#define TAP_AND_LOAD(x, next, address) \
    TAP(x, INPUT(next), WEIGHT("r9"), "sxtb16 r12, " next "\n", address, WEIGHT("r10"))

#define TWO_TAPS \
    TAP_AND_LOAD("r8", "r11", ADDRESS("r8")) \
    TAP_AND_LOAD("r11", "r8", ADDRESS("r11"))

#define NINE_TAPS \
    ADDRESS("r8") ADDRESS("r11") INPUT("r8") WEIGHT("r9") WEIGHT("r10") \
    "sxtb16 r12, r8\n" \
    TWO_TAPS TWO_TAPS TWO_TAPS \
    TAP_AND_LOAD("r8", "r11", ADDRESS("r8")) \
    TAP_AND_LOAD("r11", "r8", "") \
    TAP("r8", "", "", "", "", "")

#else

#define TAP \
    ADDRESS("r8") WEIGHT("r9") WEIGHT("r10") INPUT("r8") \
    "sxtb16 r12, r8\n" \
    "smlabb r4, r12, r9, r4\n" \
    "sxtb16 r8, r8, ror #8\n" \
    "smlatt r6, r12, r9, r6\n" \
    "smlabb r5, r8, r10, r5\n" \
    "smlatt r7, r8, r10, r7\n"

#define NINE_TAPS TAP TAP TAP TAP TAP TAP TAP TAP TAP

#endif

/* 125 instructions for 36 multiply-accumulates, 32 more a pixel. */
MCUQ_ASSEMBLY void mcuq_depthwise_run_expanded_9(const int8_t **taps, const int32_t *weights,
    const mcuq_channel_group *channels, int8_t *output, int32_t width, int32_t pixels, int32_t step,
    int32_t count, int32_t zero_point)
{
    __asm__ volatile(
        MCUQ_PIXELS_BEGIN
        MCUQ_BIAS_SHIFTS("r4", "r5", "r6", "r7")
        "asrs r4, r4, #8\n"
        "asrs r5, r5, #8\n"
        "asrs r6, r6, #8\n"
        "asrs r7, r7, #8\n"
        NINE_TAPS
        MCUQ_GROUP_END("")
        MCUQ_PIXELS_END);
}
/* clang-format on */

#endif
