/* All output channels of two pixels from two filled columns, int8 weights: see mcuq_columns.h. */
#include "mcuq_assembly.h"
#include "mcuq_columns.h"

#if defined(__ARM_FEATURE_MVE)

#include "mcuq_multiply_mve.h"

/* clang-format off */
#define STEP \
    "vld20.32 {q0, q1}, [r7]\n" \
    "vld21.32 {q0, q1}, [r7]!\n" \
    "vld20.32 {q2, q3}, [r9]\n" \
    "vld21.32 {q2, q3}, [r9]!\n" \
    "vmladava.s16 r4, q0, q2\n" \
    "vmladava.s16 r6, q0, q3\n" \
    "vmladava.s16 r12, q1, q2\n" \
    "vmladava.s16 lr, q1, q3\n" \
    "vmovlb.s8 q0, q0\n" \
    "vmovlb.s8 q1, q1\n" \
    "vmladava.s16 r0, q0, q2\n" \
    "vmladava.s16 r2, q0, q3\n" \
    "vmladava.s16 r8, q1, q2\n" \
    "vmladava.s16 r10, q1, q3\n"

#define TAKE_PAIR \
    "ldr r11, [r7], #4\n" \
    "smlad r4, r11, r1, r4\n" \
    "smlad r6, r11, r3, r6\n" \
    "sxtb16 r11, r11\n" \
    "smlad r0, r11, r1, r0\n" \
    "smlad r2, r11, r3, r2\n" \
    "ldr r11, [r7], #4\n" \
    "smlad r12, r11, r1, r12\n" \
    "smlad lr, r11, r3, lr\n" \
    "sxtb16 r11, r11\n" \
    "smlad r8, r11, r1, r8\n" \
    "smlad r10, r11, r3, r10\n"

/* 14 instructions for 64 multiply-accumulates. */
MCUQ_ASSEMBLY void mcuq_multiply_s8(const int32_t *columns, int32_t words,
    const int32_t *weights, const mcuq_channel *channels, int32_t outputs, int8_t *first,
    int8_t *second, int32_t zero_point)
{
    __asm__ volatile(
        MCUQ_VECTOR_MULTIPLY_BEGIN
        "adds r9, r9, #8\n"
        "movs r0, #0\n"
        "movs r2, #0\n"
        "movs r4, #0\n"
        "movs r6, #0\n"
        "mov r8, #0\n"
        "mov r10, #0\n"
        "mov r12, #0\n"
        "mov lr, #0\n"
        MCUQ_VECTOR_MULTIPLY_LOOP(STEP, TAKE_PAIR)
        "sub r4, r4, r0\n"
        "sub r6, r6, r2\n"
        "sub r12, r12, r8\n"
        "sub lr, lr, r10\n"
        "asr r4, r4, #8\n"
        "asr r6, r6, #8\n"
        "asr r12, r12, #8\n"
        "asr lr, lr, #8\n"
        MCUQ_VECTOR_MULTIPLY_END);
}
/* clang-format on */

#elif defined(__ARM_FEATURE_DSP)

#include "mcuq_multiply_dsp.h"

/* clang-format off */

/* r11 and r12 inputs, lr weights of channels a and b, r2 of c and d. 14 instructions for 16
 * multiply-accumulates. */
#if defined(MCUQ_DUAL_ISSUE)

#define A_B(beside, later) \
    "smlad r5, lr, r11, r5\n" \
    beside \
    "smlad r6, lr, r12, r6\n" \
    "sxtb16 lr, lr\n" \
    "smlad r3, lr, r11, r3\n" \
    later \
    "smlad r4, lr, r12, r4\n"

#define C_D(load_weights, load_first, load_second) \
    "smlad r9, r2, r11, r9\n" \
    load_weights \
    "smlad r10, r2, r12, r10\n" \
    "sxtb16 r2, r2\n" \
    "smlad r7, r2, r11, r7\n" \
    load_first \
    "smlad r8, r2, r12, r8\n" \
    load_second

#define LOAD_C_D "ldr r2, [r0], #4\n"
#define C_D_AND_LOAD C_D("ldr lr, [r0], #4\n", "ldr r11, [r1], #4\n", "ldr r12, [r1], #4\n")
#define FIRST_PAIR A_B("cmp r1, r2\n", LOAD_C_D) C_D_AND_LOAD
#define PAIR A_B(LOAD_C_D, "") C_D_AND_LOAD
#define LAST_PAIR A_B(LOAD_C_D, "") "bhs 5f\n" C_D_AND_LOAD
#define LOOP MCUQ_MULTIPLY_LOOP("", FIRST_PAIR, PAIR, PAIR, LAST_PAIR, C_D("", "", ""))

#else

#define PAIR \
    "ldr r11, [r1], #4\n" \
    "ldr lr, [r0], #4\n" \
    "ldr r12, [r1], #4\n" \
    "ldr r2, [r0], #4\n" \
    "smlad r5, lr, r11, r5\n" \
    "smlad r6, lr, r12, r6\n" \
    "sxtb16 lr, lr\n" \
    "smlad r9, r2, r11, r9\n" \
    "smlad r10, r2, r12, r10\n" \
    "sxtb16 r2, r2\n" \
    "smlad r3, lr, r11, r3\n" \
    "smlad r4, lr, r12, r4\n" \
    "smlad r7, r2, r11, r7\n" \
    "smlad r8, r2, r12, r8\n"

#define LOOP MCUQ_MULTIPLY_LOOP(PAIR PAIR)

#endif

MCUQ_ASSEMBLY void mcuq_multiply_s8(const int32_t *columns, int32_t words,
    const int32_t *weights, const mcuq_channel *channels, int32_t outputs, int8_t *first,
    int8_t *second, int32_t zero_point)
{
    __asm__ volatile(
        MCUQ_SKIP_HEADER
        MCUQ_MULTIPLY_BEGIN
        "movs r3, #0\n"
        "movs r4, #0\n"
        "movs r5, #0\n"
        "movs r6, #0\n"
        "movs r7, #0\n"
        "mov r8, #0\n"
        "mov r9, #0\n"
        "mov r10, #0\n"
        LOOP
        MCUQ_MULTIPLY_END("sub r9, r9, r7\n", "sub r10, r10, r8\n", "", "",
            "subs r5, r5, r3\n", "subs r6, r6, r4\n", ", asr #8", "", ", asr #8"));
}
/* clang-format on */

#else

static void dot(const int32_t *weights, const int32_t *columns, int32_t words, int32_t sums[8])
{
    columns += MCUQ_COLUMN_HEADER;
    mcuq_pair_sums_s8(weights, columns, columns + words, sums);
    mcuq_pair_sums_s8(weights + 1, columns, columns + words, sums + 4);
}

void mcuq_multiply_s8(const int32_t *columns, int32_t words, const int32_t *weights,
    const mcuq_channel *channels, int32_t outputs, int8_t *first, int8_t *second, int32_t zero_point)
{
    mcuq_multiply_groups(
        columns, words, weights, words, channels, outputs, dot, first, second, zero_point);
}

#endif
