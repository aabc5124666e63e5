/* All output channels of two pixels from two filled columns, int2 weights: see mcuq_sub_byte.h. */
#include "mcuq_assembly.h"
#include "mcuq_columns.h"
#include "mcuq_sub_byte.h"

#if defined(__ARM_FEATURE_DSP) && !defined(__ARM_FEATURE_MVE)

#include "mcuq_multiply_dsp.h"

/* clang-format off */

/* A byte of weights is a nested sum of its channels, a + 4 b + 16 c + 64 d, 2 added to each; bytes 0
 * and 2 of a word, then 1 and 3, are those of a pair of inputs. r11 and r12 inputs, lr weights (r2:
 * those of every other pair). */
#if defined(MCUQ_DUAL_ISSUE)

/* The next pair's weights are loaded and spread beside this one's products; the odd bytes are
 * those of the word that was loaded last. 15 instructions for 16 multiply-accumulates. */
#define PAIR(w, beside, leave, load_weights, spread, load_first, load_second) \
    "smlad r9, " w ", r11, r9\n" \
    beside \
    "smlad r10, " w ", r12, r10\n" \
    "and " w ", " w ", #0x003F003F\n" \
    "smlad r7, " w ", r11, r7\n" \
    leave \
    load_weights \
    "smlad r8, " w ", r12, r8\n" \
    "and " w ", " w ", #0x000F000F\n" \
    "smlad r5, " w ", r11, r5\n" \
    spread \
    "smlad r6, " w ", r12, r6\n" \
    "and " w ", " w ", #0x00030003\n" \
    "smlad r3, " w ", r11, r3\n" \
    load_first \
    "smlad r4, " w ", r12, r4\n" \
    load_second

#define LOAD_FIRST "ldr r11, [r1], #4\n"
#define LOAD_SECOND "ldr r12, [r1], #4\n"
#define EVEN_PAIR(beside) \
    PAIR("lr", beside, "", "ldr r2, [r0, #-4]\n", "uxtb16 r2, r2, ror #8\n", LOAD_FIRST, LOAD_SECOND)
#define ODD_PAIR(leave) \
    PAIR("r2", "", leave, "ldr lr, [r0], #4\n", "uxtb16 lr, lr\n", LOAD_FIRST, LOAD_SECOND)
#define REST \
    "smlad r8, r2, r12, r8\n" \
    "and r2, r2, #0x000F000F\n" \
    "smlad r5, r2, r11, r5\n" \
    "smlad r6, r2, r12, r6\n" \
    "and r2, r2, #0x00030003\n" \
    "smlad r3, r2, r11, r3\n" \
    "smlad r4, r2, r12, r4\n"
#define LOOP \
    MCUQ_MULTIPLY_LOOP("uxtb16 lr, lr\n", EVEN_PAIR("cmp r1, r2\n"), ODD_PAIR(""), \
        EVEN_PAIR(""), ODD_PAIR("bhs 5f\n"), REST)

#else

#define INPUTS \
    "ldr r11, [r1], #4\n" \
    "ldr r12, [r1], #4\n"

#define PRODUCTS \
    "smlad r9, lr, r11, r9\n" \
    "smlad r10, lr, r12, r10\n" \
    "and lr, lr, #0x003F003F\n" \
    "smlad r7, lr, r11, r7\n" \
    "smlad r8, lr, r12, r8\n" \
    "and lr, lr, #0x000F000F\n" \
    "smlad r5, lr, r11, r5\n" \
    "smlad r6, lr, r12, r6\n" \
    "and lr, lr, #0x00030003\n" \
    "smlad r3, lr, r11, r3\n" \
    "smlad r4, lr, r12, r4\n"

/* 27 instructions for 32 multiply-accumulates. */
#define TWO_PAIRS \
    "ldr r2, [r0], #4\n" \
    INPUTS \
    "uxtb16 lr, r2\n" \
    PRODUCTS \
    INPUTS \
    "uxtb16 lr, r2, ror #8\n" \
    PRODUCTS

#define LOOP MCUQ_MULTIPLY_LOOP(TWO_PAIRS)

#endif

/* The header's -8 × Σ input is divided by four: fields count every weight 2 too high. */
MCUQ_ASSEMBLY void mcuq_multiply_s2(const int32_t *columns, int32_t words,
    const int32_t *weights, const mcuq_channel *channels, int32_t outputs, int8_t *first,
    int8_t *second, int32_t zero_point)
{
    __asm__ volatile(
        MCUQ_MULTIPLY_BEGIN
        "ldr r3, [r1], #4\n"
        "ldr r4, [r1], #4\n"
        "asrs r3, r3, #2\n"
        "asrs r4, r4, #2\n"
        "add r5, r3, r3, lsl #2\n"
        "add r6, r4, r4, lsl #2\n"
        "add r7, r5, r3, lsl #4\n"
        "add r8, r6, r4, lsl #4\n"
        "add r9, r7, r3, lsl #6\n"
        "add r10, r8, r4, lsl #6\n"
        LOOP
        MCUQ_MULTIPLY_END("sub r9, r9, r7\n", "sub r10, r10, r8\n", "subs r7, r7, r5\n",
            "sub r8, r8, r6\n", "subs r5, r5, r3\n", "subs r6, r6, r4\n", ", asr #6", ", asr #4",
            ", asr #2"));
}
/* clang-format on */

#else

void mcuq_multiply_s2(const int32_t *columns, int32_t words, const int32_t *weights,
    const mcuq_channel *channels, int32_t outputs, int8_t *first, int8_t *second, int32_t zero_point)
{
    mcuq_multiply_groups(columns, words, weights, words / 4, channels, outputs, mcuq_four_sums_s2,
        first, second, zero_point);
}

#endif
