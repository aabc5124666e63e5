/* A run of pixels of a depthwise convolution with nine taps, four channels at a time. */
#include "mcuq_assembly.h"
#include "mcuq_depthwise.h"
#include "mcuq_output.h"

#if defined(__ARM_FEATURE_MVE)

#include "mcuq_depthwise_mve.h"

/* clang-format off */
#define LOAD(x) \
    "vldrb.s32 q1, [" x ", q7]\n" \
    "vldrb.s32 q2, [r7], #4\n"

#define FIRST_TAP(x) \
    LOAD(x) \
    "vmul.i32 q0, q1, q2\n"

#define TAP(x) \
    LOAD(x) \
    "vmul.i32 q1, q1, q2\n" \
    "vadd.i32 q0, q0, q1\n"

/* 65 instructions for 36 multiply-accumulates. */
MCUQ_ASSEMBLY void mcuq_depthwise_run_9(const int8_t **taps, const int32_t *weights,
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
        MCUQ_VECTOR_PIXELS_END("0, 1, 2, 3"));
}
/* clang-format on */

#elif defined(__ARM_FEATURE_DSP)

#include "mcuq_depthwise_dsp.h"

/* clang-format off */

/* r12 and lr inputs and weights of channels 0 and 2 or, where they were loaded, of 1 and 3. */
#define FIRST_EVEN \
    "smulbb r4, r12, lr\n" \
    "smultt r6, r12, lr\n"
#define FIRST_ODD(x, w) \
    "smulbb r5, " x ", " w "\n" \
    "smultt r7, " x ", " w "\n"
#define SPREAD_EVEN(x, w) \
    "sxtb16 r12, " x "\n" \
    "sxtb16 lr, " w "\n"
#define SPREAD_ODD(x, w) \
    "sxtb16 " x ", " x ", ror #8\n" \
    "sxtb16 " w ", " w ", ror #8\n"
#define ADDRESS(x) "ldr " x ", [r0], #4\n"
#define INPUT(x) "ldr " x ", [" x ", r3]\n"
#define WEIGHT(w) "ldr " w ", [r1], #4\n"

#if defined(MCUQ_DUAL_ISSUE)

/* A tap in x and w, spread into r12 and lr before; the next one's follow. 11 instructions, of
 * which multiplications, SXTB16 and loads go in twos. */
#define TAP(x, w, next_x, next_w, address) \
    "smlabb r4, r12, lr, r4\n" \
    "sxtb16 " x ", " x ", ror #8\n" \
    "smlatt r6, r12, lr, r6\n" \
    "sxtb16 " w ", " w ", ror #8\n" \
    INPUT(next_x) \
    "smlabb r5, " x ", " w ", r5\n" \
    WEIGHT(next_w) \
    "smlatt r7, " x ", " w ", r7\n" \
    "sxtb16 r12, " next_x "\n" \
    address \
    "sxtb16 lr, " next_w "\n"

#define FIRST_TAP \
    ADDRESS("r8") ADDRESS("r10") INPUT("r8") WEIGHT("r9") INPUT("r10") \
    SPREAD_EVEN("r8", "r9") \
    FIRST_EVEN \
    SPREAD_ODD("r8", "r9") \
    WEIGHT("r11") \
    FIRST_ODD("r8", "r9") \
    ADDRESS("r8") \
    SPREAD_EVEN("r10", "r11")

#define TWO_TAPS(last_address) \
    TAP("r10", "r11", "r8", "r9", ADDRESS("r10")) \
    TAP("r8", "r9", "r10", "r11", last_address)

#define NINE_TAPS \
    FIRST_TAP \
    TWO_TAPS(ADDRESS("r8")) TWO_TAPS(ADDRESS("r8")) TWO_TAPS(ADDRESS("r8")) \
    TAP("r10", "r11", "r8", "r9", "") \
    "smlabb r4, r12, lr, r4\n" \
    "sxtb16 r8, r8, ror #8\n" \
    "smlatt r6, r12, lr, r6\n" \
    "sxtb16 r9, r9, ror #8\n" \
    "smlabb r5, r8, r9, r5\n" \
    "smlatt r7, r8, r9, r7\n"

#else

#define LOAD_TWO \
    ADDRESS("r8") ADDRESS("r9") INPUT("r8") INPUT("r9") WEIGHT("r10") WEIGHT("r11")

#define PRODUCTS(x, w) \
    SPREAD_EVEN(x, w) \
    "smlabb r4, r12, lr, r4\n" \
    "smlatt r6, r12, lr, r6\n" \
    SPREAD_ODD(x, w) \
    "smlabb r5, " x ", " w ", r5\n" \
    "smlatt r7, " x ", " w ", r7\n"

#define TWO_TAPS LOAD_TWO PRODUCTS("r8", "r10") PRODUCTS("r9", "r11")

#define NINE_TAPS \
    ADDRESS("r8") WEIGHT("r10") INPUT("r8") \
    SPREAD_EVEN("r8", "r10") FIRST_EVEN \
    SPREAD_ODD("r8", "r10") FIRST_ODD("r8", "r10") \
    TWO_TAPS TWO_TAPS TWO_TAPS TWO_TAPS

#endif

/* 141 instructions for 36 multiply-accumulates, 32 more a pixel; 138 on the M7. */
MCUQ_ASSEMBLY void mcuq_depthwise_run_9(const int8_t **taps, const int32_t *weights,
    const mcuq_channel_group *channels, int8_t *output, int32_t width, int32_t pixels, int32_t step,
    int32_t count, int32_t zero)
{
    __asm__ volatile(
        MCUQ_PIXELS_BEGIN
        NINE_TAPS
        MCUQ_GROUP_END(MCUQ_FIRST_WORDS("r8", "r9"), MCUQ_ADD_BIAS)
        MCUQ_PIXELS_END(MCUQ_ADD_BIAS));
}
/* clang-format on */

#else

/* The sum of one channel. */
static inline int32_t sum_nine(const int8_t **taps, int32_t offset, const int8_t *weight)
{
    int32_t sum = taps[0][offset] * weight[0];
    sum += taps[1][offset] * weight[4];
    sum += taps[2][offset] * weight[8];
    sum += taps[3][offset] * weight[12];
    sum += taps[4][offset] * weight[16];
    sum += taps[5][offset] * weight[20];
    sum += taps[6][offset] * weight[24];
    sum += taps[7][offset] * weight[28];
    sum += taps[8][offset] * weight[32];
    return sum;
}

void mcuq_depthwise_run_9(const int8_t **taps, const int32_t *weights,
    const mcuq_channel_group *channels, int8_t *output, int32_t width, int32_t pixels, int32_t step,
    int32_t count, int32_t zero)
{
    for (;; output += step) {
        const int8_t *weight = (const int8_t *)weights;
        const mcuq_channel_group *group = channels;
        for (int32_t offset = -width; offset < 0; weight += 32, group++) {
            for (int32_t i = 0; i < 4; i++, offset++, weight++) {
                output[offset] = mcuq_group_output(group, i, sum_nine(taps, offset, weight), zero);
            }
        }
        if (--pixels == 0) {
            return;
        }
        mcuq_depthwise_move(taps, count);
    }
}

#endif
