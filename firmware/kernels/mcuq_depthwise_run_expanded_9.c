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

/* 65 instructions for 36 multiply-accumulates. */
MCUQ_ASSEMBLY void mcuq_depthwise_run_expanded_9(const int8_t **taps, const int32_t *weights,
    const mcuq_channel_group *channels, int8_t *output, int32_t width, int32_t pixels, int32_t step,
    int32_t count, int32_t zero)
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

#define BIAS(sum) "asr " sum ", " sum ", #8\n"
#define NEXT_TWO TWO_TAPS(ADDRESS("r10"), INPUT("r10"), JOIN)

/* The biases are the first in the sums: beside the loads of addresses. */
#define NINE_TAPS \
    MCUQ_FIRST_WORDS("r4", "r5") MCUQ_LOAD_TWO("r6", "r7", "r2", "8") \
    ADDRESS("r12") BIAS("r4") ADDRESS("r10") BIAS("r5") INPUT("r12") BIAS("r6") INPUT("r10") \
    BIAS("r7") WEIGHT("r9") \
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

#define GROUP_END MCUQ_GROUP_END(MCUQ_LOAD_TWO("r8", "r9", "r2", "0"), MCUQ_HAS_BIAS)
#define PIXELS_END MCUQ_PIXELS_END(MCUQ_HAS_BIAS)

#else

#define FIRST(sum, x, w) "smuad " sum ", " x ", " w "\n"
#define NEXT(sum, x, w) "smlad " sum ", " x ", " w ", " sum "\n"

#define TWO_TAPS(product) \
    ADDRESS("r8") ADDRESS("r11") INPUT("r8") INPUT("r11") WEIGHT("r9") WEIGHT("r10") \
    "pkhbt r12, r8, r11, lsl #16\n" \
    "pkhtb r11, r11, r8, asr #16\n" \
    "sxtb16 r8, r12\n" \
    "sxtb16 r12, r12, ror #8\n" \
    product("r4", "r8", "r9") \
    product("r5", "r12", "r10") \
    WEIGHT("r9") WEIGHT("r10") \
    "sxtb16 r8, r11\n" \
    "sxtb16 r11, r11, ror #8\n" \
    product("r6", "r8", "r9") \
    product("r7", "r11", "r10")

#define NINE_TAPS \
    TWO_TAPS(FIRST) TWO_TAPS(NEXT) TWO_TAPS(NEXT) TWO_TAPS(NEXT) \
    ADDRESS("r8") WEIGHT("r9") WEIGHT("r10") INPUT("r8") \
    "sxtb16 r12, r8\n" \
    "smlabb r4, r12, r9, r4\n" \
    "sxtb16 r8, r8, ror #8\n" \
    "smlatt r6, r12, r9, r6\n" \
    "smlabb r5, r8, r10, r5\n" \
    "smlatt r7, r8, r10, r7\n"

#define GROUP_END MCUQ_GROUP_END(MCUQ_FIRST_WORDS("r8", "r9"), MCUQ_ADD_BIAS)
#define PIXELS_END MCUQ_PIXELS_END(MCUQ_ADD_BIAS)

#endif

/* 124 instructions for 36 multiply-accumulates, 32 more a pixel; 123 on the M7. */
MCUQ_ASSEMBLY void mcuq_depthwise_run_expanded_9(const int8_t **taps, const int32_t *weights,
    const mcuq_channel_group *channels, int8_t *output, int32_t width, int32_t pixels, int32_t step,
    int32_t count, int32_t zero)
{
    __asm__ volatile(
        MCUQ_PIXELS_BEGIN
        NINE_TAPS
        GROUP_END
        PIXELS_END);
}
/* clang-format on */

#endif
