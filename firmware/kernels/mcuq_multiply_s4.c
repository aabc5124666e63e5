/* All output channels of two pixels from two filled columns, int4 weights: see mcuq_columns.h. */
#include "mcuq_assembly.h"
#include "mcuq_columns.h"

#if defined(__ARM_FEATURE_MVE)

#include "mcuq_multiply_mve.h"

/* clang-format off */
#define STEP \
    "vldrw.u32 q0, [r7], #16\n" \
    "vld20.32 {q2, q3}, [r9]\n" \
    "vld21.32 {q2, q3}, [r9]!\n" \
    "vmladava.s16 r12, q0, q2\n" \
    "vmladava.s16 lr, q0, q3\n" \
    "vbic.i16 q0, #0xF000\n" \
    "vmladava.s16 r8, q0, q2\n" \
    "vmladava.s16 r10, q0, q3\n" \
    "vmovlb.u8 q0, q0\n" \
    "vmladava.s16 r4, q0, q2\n" \
    "vmladava.s16 r6, q0, q3\n" \
    "vbic.i16 q0, #0x00F0\n" \
    "vmladava.s16 r0, q0, q2\n" \
    "vmladava.s16 r2, q0, q3\n"

#define TAKE_PAIR \
    "ldr r11, [r7], #4\n" \
    "smlad r12, r11, r1, r12\n" \
    "smlad lr, r11, r3, lr\n" \
    "bic r11, r11, #0xF000F000\n" \
    "smlad r8, r11, r1, r8\n" \
    "smlad r10, r11, r3, r10\n" \
    "uxtb16 r11, r11\n" \
    "smlad r4, r11, r1, r4\n" \
    "smlad r6, r11, r3, r6\n" \
    "and r11, r11, #0x000F000F\n" \
    "smlad r0, r11, r1, r0\n" \
    "smlad r2, r11, r3, r2\n"

/* 14 instructions for 64 multiply-accumulates. */
MCUQ_ASSEMBLY void mcuq_multiply_s4(const int32_t *columns, int32_t words,
    const int32_t *weights, const mcuq_channel *channels, int32_t outputs, int8_t *first,
    int8_t *second, int32_t zero_point)
{
    __asm__ volatile(
        MCUQ_VECTOR_MULTIPLY_BEGIN
        "ldrd r0, r2, [r9], #8\n"
        "add r4, r0, r0, lsl #4\n"
        "add r6, r2, r2, lsl #4\n"
        "add r8, r4, r0, lsl #8\n"
        "add r10, r6, r2, lsl #8\n"
        "mov r12, r8\n"
        "mov lr, r10\n"
        MCUQ_VECTOR_MULTIPLY_LOOP(STEP, TAKE_PAIR)
        "sub r12, r12, r8\n"
        "sub lr, lr, r10\n"
        "asr r12, r12, #12\n"
        "asr lr, lr, #12\n"
        "sub r8, r8, r4\n"
        "sub r10, r10, r6\n"
        "asr r8, r8, #8\n"
        "asr r10, r10, #8\n"
        "sub r4, r4, r0\n"
        "sub r6, r6, r2\n"
        "asr r4, r4, #4\n"
        "asr r6, r6, #4\n"
        MCUQ_VECTOR_MULTIPLY_END);
}
/* clang-format on */

#elif defined(__ARM_FEATURE_DSP)

#include "mcuq_multiply_dsp.h"

/* clang-format off */

/* r11 and r12 inputs, lr weights (r2: those of every other pair). 14 instructions for 16
 * multiply-accumulates. */
#define TWO_UPPER(w, beside) \
    "smlad r9, " w ", r11, r9\n" \
    beside \
    "smlad r10, " w ", r12, r10\n" \
    "bic " w ", " w ", #0xF000F000\n" \
    "smlad r7, " w ", r11, r7\n" \
    "smlad r8, " w ", r12, r8\n" \
    "uxtb16 " w ", " w "\n"

#define TWO_LOWER(w, load_weights, load_first, load_second) \
    "smlad r5, " w ", r11, r5\n" \
    load_weights \
    "smlad r6, " w ", r12, r6\n" \
    "and " w ", " w ", #0x000F000F\n" \
    "smlad r3, " w ", r11, r3\n" \
    load_first \
    "smlad r4, " w ", r12, r4\n" \
    load_second

#if defined(MCUQ_DUAL_ISSUE)

#define LOWER_AND_LOAD(w, next) \
    TWO_LOWER(w, "ldr " next ", [r0], #4\n", "ldr r11, [r1], #4\n", "ldr r12, [r1], #4\n")
#define FIRST_PAIR TWO_UPPER("lr", "cmp r1, r2\n") LOWER_AND_LOAD("lr", "r2")
#define SECOND_PAIR TWO_UPPER("r2", "") LOWER_AND_LOAD("r2", "lr")
#define THIRD_PAIR TWO_UPPER("lr", "") LOWER_AND_LOAD("lr", "r2")
#define LAST_PAIR TWO_UPPER("r2", "") "bhs 5f\n" LOWER_AND_LOAD("r2", "lr")
#define LOOP \
    MCUQ_MULTIPLY_LOOP("", FIRST_PAIR, SECOND_PAIR, THIRD_PAIR, LAST_PAIR, TWO_LOWER("r2", "", "", ""))

#else

#define PAIR \
    "ldr r11, [r1], #4\n" \
    "ldr lr, [r0], #4\n" \
    "ldr r12, [r1], #4\n" \
    TWO_UPPER("lr", "") \
    TWO_LOWER("lr", "", "", "")

#define LOOP MCUQ_MULTIPLY_LOOP(PAIR PAIR)

#endif

MCUQ_ASSEMBLY void mcuq_multiply_s4(const int32_t *columns, int32_t words,
    const int32_t *weights, const mcuq_channel *channels, int32_t outputs, int8_t *first,
    int8_t *second, int32_t zero_point)
{
    __asm__ volatile(
        MCUQ_MULTIPLY_BEGIN
        "ldr r3, [r1], #4\n"
        "ldr r4, [r1], #4\n"
        "add r5, r3, r3, lsl #4\n"
        "add r6, r4, r4, lsl #4\n"
        "add r7, r5, r3, lsl #8\n"
        "add r8, r6, r4, lsl #8\n"
        "mov r9, r7\n"
        "mov r10, r8\n"
        LOOP
        MCUQ_MULTIPLY_END("sub r9, r9, r7\n", "sub r10, r10, r8\n", "subs r7, r7, r5\n",
            "sub r8, r8, r6\n", "subs r5, r5, r3\n", "subs r6, r6, r4\n", ", asr #12",
            ", asr #8", ", asr #4"));
}
/* clang-format on */

#else

void mcuq_multiply_s4(const int32_t *columns, int32_t words, const int32_t *weights,
    const mcuq_channel *channels, int32_t outputs, int8_t *first, int8_t *second, int32_t zero_point)
{
    mcuq_multiply_groups(columns, words, weights, words / 2, channels, outputs, mcuq_four_sums_s4,
        first, second, zero_point);
}

#endif
