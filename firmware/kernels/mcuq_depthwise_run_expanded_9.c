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

/* Two taps' inputs of a channel become a pair, which meets their weights in one instruction: r12
 * holds both taps' channels 0 and 1, r11 those of 2 and 3. The ninth tap goes channel by channel. */
#define ADDRESS(x) "ldr " x ", [r0], #4\n"
#define INPUT(x) "ldr " x ", [" x ", r3]\n"
#define WEIGHT(w) "ldr " w ", [r1], #4\n"

#if defined(MCUQ_DUAL_ISSUE)

#define JOIN \
    "pkhtb r11, r10, r12, asr #16\n" \
    "pkhbt r12, r12, r10, lsl #16\n"

/* The next taps' loads stand beside these taps' products. 18 instructions. */
#define TWO_TAPS(address, input, join) \
    "sxtb16 r8, r12\n" \
    WEIGHT("lr") \
    "sxtb16 r12, r12, ror #8\n" \
    "smlad r4, r8, r9, r4\n" \
    WEIGHT("r9") \
    "sxtb16 r8, r11\n" \
    "smlad r5, r12, r10, r5\n" \
    ADDRESS("r12") \
    "sxtb16 r11, r11, ror #8\n" \
    address \
    "smlad r6, r8, lr, r6\n" \
    INPUT("r12") \
    "smlad r7, r11, r9, r7\n" \
    input \
    WEIGHT("r9") \
    join \
    WEIGHT("r10")

#define NEXT_TWO TWO_TAPS(ADDRESS("r10"), INPUT("r10"), JOIN)

#define NINE_TAPS \
    ADDRESS("r12") ADDRESS("r10") INPUT("r12") INPUT("r10") WEIGHT("r9") \
    JOIN \
    WEIGHT("r10") \
    NEXT_TWO NEXT_TWO NEXT_TWO \
    TWO_TAPS("", "", "") \
    "sxtb16 r8, r12\n" \
    "smlabb r4, r8, r9, r4\n" \
    "sxtb16 r12, r12, ror #8\n" \
    "smlatt r6, r8, r9, r6\n" \
    "smlabb r5, r12, r10, r5\n" \
    "smlatt r7, r12, r10, r7\n"

#else

#define TWO_TAPS \
    ADDRESS("r8") ADDRESS("r11") INPUT("r8") INPUT("r11") WEIGHT("r9") WEIGHT("r10") \
    "pkhbt r12, r8, r11, lsl #16\n" \
    "pkhtb r11, r11, r8, asr #16\n" \
    "sxtb16 r8, r12\n" \
    "sxtb16 r12, r12, ror #8\n" \
    "smlad r4, r8, r9, r4\n" \
    "smlad r5, r12, r10, r5\n" \
    WEIGHT("r9") WEIGHT("r10") \
    "sxtb16 r8, r11\n" \
    "sxtb16 r11, r11, ror #8\n" \
    "smlad r6, r8, r9, r6\n" \
    "smlad r7, r11, r10, r7\n"

#define NINE_TAPS \
    TWO_TAPS TWO_TAPS TWO_TAPS TWO_TAPS \
    ADDRESS("r8") WEIGHT("r9") WEIGHT("r10") INPUT("r8") \
    "sxtb16 r12, r8\n" \
    "smlabb r4, r12, r9, r4\n" \
    "sxtb16 r8, r8, ror #8\n" \
    "smlatt r6, r12, r9, r6\n" \
    "smlabb r5, r8, r10, r5\n" \
    "smlatt r7, r8, r10, r7\n"

#endif

/* 126 instructions for 36 multiply-accumulates, 32 more a pixel; 118 on the M7. */
MCUQ_ASSEMBLY void mcuq_depthwise_run_expanded_9(const int8_t **taps, const int32_t *weights,
    const mcuq_channel_group *channels, int8_t *output, int32_t width, int32_t pixels, int32_t step,
    int32_t count)
{
    __asm__ volatile(
        MCUQ_PIXELS_BEGIN
        MCUQ_DOUBLED_BIASES("r4", "r5", "r6", "r7")
        NINE_TAPS
        MCUQ_GROUP_END
        MCUQ_PIXELS_END);
}
/* clang-format on */

#endif
