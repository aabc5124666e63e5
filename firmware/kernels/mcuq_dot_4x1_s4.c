/* Four output channels with int4 weights times one row of input bytes: see mcuq_columns.h. */
#include "mcuq_assembly.h"
#include "mcuq_columns.h"

#if defined(__ARM_FEATURE_MVE)

/* clang-format off */

/* r0 weights, r1 input; nested sums of channels a to d: r4, r6, r8, r10; inputs are gathered in the
 * order in which a four is packed. 11 instructions for 32 multiply-accumulates; an odd four goes
 * the DSP extension's way. */
MCUQ_ASSEMBLY void mcuq_dot_4x1_s4(const int32_t *weights, const int8_t *input,
    int32_t groups, int32_t sums[4], int32_t correction)
{
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "adr r5, 9f\n"
        "vldrh.u16 q3, [r5]\n"
        "ldr r4, [sp, #36]\n"
        "add r6, r4, r4, lsl #4\n"
        "add r8, r6, r4, lsl #8\n"
        "mov r10, r8\n"
        "lsrs lr, r2, #1\n"
        "wls lr, lr, 2f\n"
        "1:\n"
        "vldrb.s16 q2, [r1, q3]\n"
        "vldrw.u32 q0, [r0], #16\n"
        "adds r1, r1, #8\n"
        "vmladava.s16 r10, q0, q2\n"
        "vbic.i16 q0, #0xF000\n"
        "vmladava.s16 r8, q0, q2\n"
        "vmovlb.u8 q0, q0\n"
        "vmladava.s16 r6, q0, q2\n"
        "vbic.i16 q0, #0x00F0\n"
        "vmladava.s16 r4, q0, q2\n"
        "le lr, 1b\n"
        "2:\n"
        "tst r2, #1\n"
        "beq 3f\n"
        "ldr r12, [r1]\n"
        "sxtb16 lr, r12\n"
        "sxtb16 r12, r12, ror #8\n"
        "ldmia r0!, {r5, r7}\n"
        "smlad r10, r5, lr, r10\n"
        "bic r5, r5, #0xF000F000\n"
        "smlad r8, r5, lr, r8\n"
        "uxtb16 r5, r5\n"
        "smlad r6, r5, lr, r6\n"
        "and r5, r5, #0x000F000F\n"
        "smlad r4, r5, lr, r4\n"
        "smlad r10, r7, r12, r10\n"
        "bic r7, r7, #0xF000F000\n"
        "smlad r8, r7, r12, r8\n"
        "uxtb16 r7, r7\n"
        "smlad r6, r7, r12, r6\n"
        "and r7, r7, #0x000F000F\n"
        "smlad r4, r7, r12, r4\n"
        "3:\n"
        "sub r10, r10, r8\n"
        "asr r10, r10, #12\n"
        "sub r8, r8, r6\n"
        "asr r8, r8, #8\n"
        "sub r6, r6, r4\n"
        "asr r6, r6, #4\n"
        "strd r4, r6, [r3]\n"
        "strd r8, r10, [r3, #8]\n"
        "pop {r4-r11, pc}\n"
        ".align 2\n"
        "9:\n"
        ".hword 0, 2, 1, 3, 4, 6, 5, 7\n"
    );
}
/* clang-format on */

#elif defined(__ARM_FEATURE_DSP)

#include "mcuq_dot_dsp.h"

/* clang-format off */

/* r8 and r9 inputs, r10 and r11 their weights. 19 instructions for 16 multiply-accumulates. */
#define FOUR(next_even, next_odd, load_even, load_odd, load_input) \
    "smlad r7, r10, r8, r7\n" \
    "bic r10, r10, #0xF000F000\n" \
    "smlad r7, r11, r9, r7\n" \
    "bic r11, r11, #0xF000F000\n" \
    "smlad r6, r10, r8, r6\n" \
    "uxtb16 r10, r10\n" \
    "smlad r6, r11, r9, r6\n" \
    "uxtb16 r11, r11\n" \
    "smlad r5, r10, r8, r5\n" \
    "and r10, r10, #0x000F000F\n" \
    "smlad r5, r11, r9, r5\n" \
    "and r11, r11, #0x000F000F\n" \
    "smlad r4, r10, r8, r4\n" \
    load_even \
    "smlad r4, r11, r9, r4\n" \
    next_even \
    load_odd \
    next_odd \
    load_input

#if defined(MCUQ_DUAL_ISSUE)

#define NEXT_FOUR(load_input) \
    FOUR("sxtb16 r8, r3\n", "sxtb16 r9, r3, ror #8\n", \
        "ldr r10, [r0], #4\n", "ldr r11, [r0], #4\n", load_input)
#define FIRST_WEIGHTS \
    "ldr r10, [r0], #4\n" \
    "ldr r11, [r0], #4\n"
#define LOOP \
    MCUQ_DOT_LOOP(FIRST_WEIGHTS, NEXT_FOUR("ldr r3, [r1], #4\n"), NEXT_FOUR(""), \
        FOUR("", "", "", "", ""))

#else

#define LOAD_AND_FOUR \
    "ldr r9, [r1], #4\n" \
    "ldr r10, [r0], #4\n" \
    "ldr r11, [r0], #4\n" \
    "sxtb16 r8, r9\n" \
    "sxtb16 r9, r9, ror #8\n" \
    FOUR("", "", "", "", "")

#define LOOP MCUQ_DOT_LOOP(LOAD_AND_FOUR)

#endif

MCUQ_ASSEMBLY void mcuq_dot_4x1_s4(
    const int32_t *weights, const int8_t *input, int32_t groups, int32_t sums[4], int32_t correction)
{
    __asm__ volatile(
        MCUQ_DOT_BEGIN
        "ldr r4, [sp, #40]\n"
        "add r5, r4, r4, lsl #4\n"
        "add r6, r5, r4, lsl #8\n"
        "mov r7, r6\n"
        LOOP
        "sub r7, r7, r6\n"
        "asr r7, r7, #12\n"
        "sub r6, r6, r5\n"
        "asr r6, r6, #8\n"
        "sub r5, r5, r4\n"
        "asr r5, r5, #4\n"
        MCUQ_DOT_END);
}
/* clang-format on */

#elif defined(MCUQ_SHORT_THUMB)

#include "mcuq_short_thumb.h"

/* clang-format off */

/* The inputs that the halves of a word of weights meet, to r2 and r3. */
#define LOAD(first, second) \
    "ldrb r2, [r1, #" first "]\n" \
    "ldrb r3, [r1, #" second "]\n" \
    "sxtb r2, r2\n" \
    "sxtb r3, r3\n"

/* An input times the lowest, the two and the three lowest digits of a half. */
#define TAKE_DIGITS(weights, x) \
    "lsls r7, " weights ", #28\n" \
    "lsrs r7, r7, #28\n" \
    "muls r7, " x ", r7\n" \
    "add r8, r7\n" \
    "uxtb r7, " weights "\n" \
    "muls r7, " x ", r7\n" \
    "add r9, r7\n" \
    "lsls r7, " weights ", #20\n" \
    "lsrs r7, r7, #20\n" \
    "muls r7, " x ", r7\n" \
    "add r10, r7\n"

#define TAKE(weights) \
    TAKE_DIGITS(weights, "r2") \
    "sxth r7, " weights "\n" \
    "muls r7, r2, r7\n" \
    "add r11, r7\n" \
    "asrs " weights ", " weights ", #16\n" \
    TAKE_DIGITS(weights, "r3") \
    "muls " weights ", r3, " weights "\n" \
    "add r11, " weights "\n"

/* r0 weights, r1 input, r12 its end, r4 and r5 words of weights, r8-r11 nested sums of channels a to d.
 * 69 instructions for 16 multiply-accumulates. */
MCUQ_ASSEMBLY void mcuq_dot_4x1_s4(
    const int32_t *weights, const int8_t *input, int32_t groups, int32_t sums[4], int32_t correction)
{
    __asm__ volatile(
        MCUQ_SHORT_BEGIN
        "ldr r4, [sp, #40]\n"
        "mov r8, r4\n"
        "lsls r5, r4, #4\n"
        "adds r5, r5, r4\n"
        "mov r9, r5\n"
        "lsls r4, r4, #8\n"
        "adds r5, r5, r4\n"
        "mov r10, r5\n"
        "mov r11, r5\n"
        "lsls r4, r2, #2\n"
        "beq 2f\n"
        "adds r4, r4, r1\n"
        "mov r12, r4\n"
        "1:\n"
        "ldmia r0!, {r4, r5}\n"
        LOAD("0", "2")
        TAKE("r4")
        LOAD("1", "3")
        TAKE("r5")
        "adds r1, r1, #4\n"
        "cmp r1, r12\n"
        "bne 1b\n"
        "2:\n"
        MCUQ_SHORT_SUMS
        "subs r7, r7, r6\n"
        "asrs r7, r7, #12\n"
        "subs r6, r6, r5\n"
        "asrs r6, r6, #8\n"
        "subs r5, r5, r4\n"
        "asrs r5, r5, #4\n"
        "stmia r3!, {r4-r7}\n"
        MCUQ_SHORT_END);
}
/* clang-format on */

#else

/* Adds one input's products with two nested digits and with the lower of them. */
static inline void add_digits(int32_t digits, int32_t x, uint32_t *both, uint32_t *low)
{
    *both += (uint32_t)(x * digits);
    *low += (uint32_t)(x * (digits & 0xF));
}

/* Sums of channels a and b from the low bytes of the weights' halves, or (high) of c and d from the
 * high bytes. */
static inline void pair_sums(const int32_t *weights, const int8_t *input, int32_t groups,
    int32_t high, uint32_t correction, int32_t sums[2])
{
    uint32_t low = correction;
    /* d is stored signed, b with the offset that the correction takes off. */
    uint32_t both = high ? correction : 17 * correction;
    for (const int8_t *end = input + 4 * groups; input != end; input += 4) {
        int32_t pair = *weights++;
        add_digits(high ? (int16_t)(pair & 0xFFFF) >> 8 : pair & 0xFF, input[0], &both, &low);
        add_digits(high ? pair >> 24 : pair >> 16 & 0xFF, input[2], &both, &low);
        pair = *weights++;
        add_digits(high ? (int16_t)(pair & 0xFFFF) >> 8 : pair & 0xFF, input[1], &both, &low);
        add_digits(high ? pair >> 24 : pair >> 16 & 0xFF, input[3], &both, &low);
    }
    sums[0] = (int32_t)low;
    sums[1] = mcuq_nested_difference((int32_t)both, (int32_t)low, 4);
}

void mcuq_dot_4x1_s4(
    const int32_t *weights, const int8_t *input, int32_t groups, int32_t sums[4], int32_t correction)
{
    pair_sums(weights, input, groups, 0, (uint32_t)correction, sums);
    pair_sums(weights, input, groups, 1, (uint32_t)correction, sums + 2);
}

#endif
