/* Four output channels with int2 weights times one row of input bytes: see mcuq_sub_byte.h. */
#include "mcuq_assembly.h"
#include "mcuq_columns.h"
#include "mcuq_instructions.h"
#include "mcuq_sub_byte.h"

#if defined(__ARM_FEATURE_DSP) && !defined(__ARM_FEATURE_MVE)

#include "mcuq_dot_dsp.h"

/* clang-format off */

/* r8 and r9 inputs, lr a word of weights, r10 and r11 its pairs, nested as in mcuq_multiply_s2. 20
 * instructions for 16 multiply-accumulates. */
#define FOUR(next_even, next_odd, load_weights, load_input) \
    "uxtb16 r10, lr\n" \
    "smlad r7, r10, r8, r7\n" \
    "uxtb16 r11, lr, ror #8\n" \
    "smlad r7, r11, r9, r7\n" \
    "and r10, r10, #0x003F003F\n" \
    "smlad r6, r10, r8, r6\n" \
    "and r11, r11, #0x003F003F\n" \
    "smlad r6, r11, r9, r6\n" \
    "and r10, r10, #0x000F000F\n" \
    "smlad r5, r10, r8, r5\n" \
    "and r11, r11, #0x000F000F\n" \
    "smlad r5, r11, r9, r5\n" \
    load_weights \
    "and r10, r10, #0x00030003\n" \
    "smlad r4, r10, r8, r4\n" \
    "and r11, r11, #0x00030003\n" \
    "smlad r4, r11, r9, r4\n" \
    next_even \
    load_input \
    next_odd

#if defined(MCUQ_DUAL_ISSUE)

#define WEIGHTS "ldr lr, [r0], #4\n"
/* The word of inputs that is spread is the one that its load takes the place of. */
#define NEXT_FOUR \
    FOUR("sxtb16 r8, r3\n", "", WEIGHTS, "sxtb16 r9, r3, ror #8\nldr r3, [r1], #4\n")
#define LOADED_FOUR FOUR("sxtb16 r8, r3\n", "sxtb16 r9, r3, ror #8\n", WEIGHTS, "")
#define LOOP MCUQ_DOT_LOOP(WEIGHTS, NEXT_FOUR, LOADED_FOUR, FOUR("", "", "", ""))

#else

#define LOAD_AND_FOUR \
    "ldr r9, [r1], #4\n" \
    "ldr lr, [r0], #4\n" \
    "sxtb16 r8, r9\n" \
    "sxtb16 r9, r9, ror #8\n" \
    FOUR("", "", "", "")

#define LOOP MCUQ_DOT_LOOP(LOAD_AND_FOUR)

#endif

MCUQ_ASSEMBLY void mcuq_dot_4x1_s2(
    const int32_t *weights, const int8_t *input, int32_t groups, int32_t sums[4], int32_t correction)
{
    __asm__ volatile(
        MCUQ_DOT_BEGIN
        "ldr r4, [sp, #40]\n"
        "asrs r4, r4, #2\n"
        "add r5, r4, r4, lsl #2\n"
        "add r6, r5, r4, lsl #4\n"
        "add r7, r6, r4, lsl #6\n"
        LOOP
        "sub r7, r7, r6\n"
        "asr r7, r7, #6\n"
        "sub r6, r6, r5\n"
        "asr r6, r6, #4\n"
        "sub r5, r5, r4\n"
        "asr r5, r5, #2\n"
        MCUQ_DOT_END);
}
/* clang-format on */

#elif defined(MCUQ_SHORT_THUMB)

#include "mcuq_short_thumb.h"

/* clang-format off */

/* An input, to r2, times the lowest, the two and the three lowest fields of the byte at the word's end. */
#define TAKE_FIELDS(input) \
    "ldrb r2, [r1, #" input "]\n" \
    "sxtb r2, r2\n" \
    "lsls r7, r4, #30\n" \
    "lsrs r7, r7, #30\n" \
    "muls r7, r2, r7\n" \
    "add r8, r7\n" \
    "lsls r7, r4, #28\n" \
    "lsrs r7, r7, #28\n" \
    "muls r7, r2, r7\n" \
    "add r9, r7\n" \
    "lsls r7, r4, #26\n" \
    "lsrs r7, r7, #26\n" \
    "muls r7, r2, r7\n" \
    "add r10, r7\n"

/* And all four of them. */
#define TAKE(input) \
    TAKE_FIELDS(input) \
    "uxtb r7, r4\n" \
    "muls r7, r2, r7\n" \
    "add r11, r7\n" \
    "lsrs r4, r4, #8\n"

/* r0 weights, r1 input, r12 its end, r4 a word of weights, r8-r11 nested sums of channels a to d.
 * 74 instructions for 16 multiply-accumulates. */
MCUQ_ASSEMBLY void mcuq_dot_4x1_s2(
    const int32_t *weights, const int8_t *input, int32_t groups, int32_t sums[4], int32_t correction)
{
    __asm__ volatile(
        MCUQ_SHORT_BEGIN
        "ldr r4, [sp, #40]\n"
        "asrs r4, r4, #2\n"
        "mov r8, r4\n"
        "lsls r5, r4, #2\n"
        "adds r5, r5, r4\n"
        "mov r9, r5\n"
        "lsls r6, r4, #4\n"
        "adds r6, r6, r5\n"
        "mov r10, r6\n"
        "lsls r7, r4, #6\n"
        "adds r7, r7, r6\n"
        "mov r11, r7\n"
        "lsls r4, r2, #2\n"
        "beq 2f\n"
        "adds r4, r4, r1\n"
        "mov r12, r4\n"
        "1:\n"
        "ldmia r0!, {r4}\n"
        TAKE("0")
        TAKE("1")
        TAKE("2")
        TAKE_FIELDS("3")
        "muls r4, r2, r4\n"
        "add r11, r4\n"
        "adds r1, r1, #4\n"
        "cmp r1, r12\n"
        "bne 1b\n"
        "2:\n"
        MCUQ_SHORT_SUMS
        "subs r7, r7, r6\n"
        "asrs r7, r7, #6\n"
        "subs r6, r6, r5\n"
        "asrs r6, r6, #4\n"
        "subs r5, r5, r4\n"
        "asrs r5, r5, #2\n"
        "stmia r3!, {r4-r7}\n"
        MCUQ_SHORT_END);
}
/* clang-format on */

#else

void mcuq_dot_4x1_s2(
    const int32_t *weights, const int8_t *input, int32_t groups, int32_t sums[4], int32_t correction)
{
    int32_t nested[4];
    mcuq_start_nested(nested, correction, 1);
    for (; groups > 0; groups--, input += 4) {
        const uint32_t word = mcuq_load_word(input);
        const uint32_t fields = (uint32_t)*weights++;
        mcuq_nested_multiply(nested, mcuq_nested_fields(fields), mcuq_even_bytes(word), 1);
        mcuq_nested_multiply(nested, mcuq_nested_fields(fields >> 8), mcuq_odd_bytes(word), 1);
    }
    mcuq_split_nested(nested, sums, 1);
}

#endif
