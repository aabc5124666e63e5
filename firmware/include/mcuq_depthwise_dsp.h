/* Assembly shared by the depthwise kernels with nine taps: registers and the end of a group.
 *
 * r0 taps, r1 weights, r2 channel groups, r3 channel offset counting up to 0, r4-r7 sums of the
 * group's channels. Stack: weights, channel groups, end of the output pixel, zero, eight saved
 * registers and lr, then the arguments width, pixels, step, count, zero. Orders of instructions: see
 * mcuq_multiply_dsp.h.
 */
#ifndef MCUQ_DEPTHWISE_DSP_H
#define MCUQ_DEPTHWISE_DSP_H

/* clang-format off */

#define MCUQ_LOAD(to, base, at) "ldr " to ", [" base ", #" at "]\n"
#define MCUQ_LOAD_TWO(first, second, base, at) \
    "ldrd " first ", " second ", [" base ", #" at "]\n"

/* The bias of a word joins its channel's sum. */
#define MCUQ_ADD_BIAS(sum, word) "add " sum ", " sum ", " word ", asr #8\n"
#define MCUQ_HAS_BIAS(sum, word) ""

/* What mcuq_scale and the sign make of a sum, and the output before it is saturated: the shift is the
 * lowest byte of its word and leaves the bit that rounds in the carry. lr: zero. */
#define MCUQ_SCALE(sum, factor) "smmlar " factor ", " sum ", " factor ", " sum "\n"
#define MCUQ_SIGN(sum, scaled) "add " sum ", " scaled ", " sum ", asr #31\n"
#define MCUQ_SHIFT(sum, word) "asrs " sum ", " sum ", " word "\n"
#define MCUQ_ADD_ZERO(sum) "adc " sum ", " sum ", lr\n"

/* Outputs of a slow group: x is shifted to the left, twice the product less the sign to the right. */
#define MCUQ_LEFT(sum, left, word) \
    "ubfx " left ", " word ", #5, #2\n" \
    "lsl " sum ", " sum ", " left "\n"
#define MCUQ_RIGHT(word) "and " word ", " word ", #31\n"
#define MCUQ_HALVES(sum) "asr " sum ", " sum ", #31\n"
#define MCUQ_TWICE(sum, scaled) "add " sum ", " sum ", " scaled ", lsl #1\n"
#define MCUQ_SATURATE(sum) "usat " sum ", #8, " sum "\n"

#if defined(__OPTIMIZE_SIZE__)

/* The sums take turns in r4. */
#define MCUQ_FINISH_ANY(add_bias) \
    "mov r12, #4\n" \
    "7:\n" \
    MCUQ_LOAD("r10", "r2", "16") \
    "ldr r8, [r2], #4\n" \
    add_bias("r4", "r8") \
    MCUQ_LEFT("r4", "r9", "r8") \
    MCUQ_SCALE("r4", "r10") \
    MCUQ_RIGHT("r8") \
    MCUQ_HALVES("r4") \
    MCUQ_TWICE("r4", "r10") \
    MCUQ_SHIFT("r4", "r8") \
    MCUQ_ADD_ZERO("r4") \
    "usat r8, #8, r4\n" \
    "mov r4, r5\n" \
    "mov r5, r6\n" \
    "mov r6, r7\n" \
    "mov r7, r8\n" \
    "subs r12, r12, #1\n" \
    "bne 7b\n" \
    "subs r2, r2, #16\n" \
    MCUQ_LOAD("r12", "sp", "8")

#else

/* Two outputs, whose biases are in the sums, words in r8 and r9; r12 is not kept. */
#define MCUQ_ANY_TWO(first, second, factors) \
    MCUQ_LEFT(first, "r12", "r8") \
    factors \
    MCUQ_LEFT(second, "r12", "r9") \
    MCUQ_SCALE(first, "r10") \
    MCUQ_RIGHT("r8") \
    MCUQ_SCALE(second, "r11") \
    MCUQ_HALVES(first) \
    MCUQ_RIGHT("r9") \
    MCUQ_HALVES(second) \
    MCUQ_TWICE(first, "r10") \
    MCUQ_SHIFT(first, "r8") \
    MCUQ_TWICE(second, "r11") \
    MCUQ_ADD_ZERO(first) \
    MCUQ_SHIFT(second, "r9") \
    MCUQ_SATURATE(first) \
    MCUQ_ADD_ZERO(second) \
    MCUQ_SATURATE(second)

#endif

#define MCUQ_PIXELS_BEGIN \
    "push {r4-r11, lr}\n" \
    "ldr r4, [sp, #52]\n" \
    "subs r2, r2, #" MCUQ_AHEAD "\n" \
    "push {r1-r4}\n" \
    "0:\n" \
    "ldr r1, [sp]\n" \
    "ldr r2, [sp, #4]\n" \
    "ldr r3, [sp, #52]\n" \
    "rsbs r3, r3, #0\n" \
    "1:\n"

/* Outputs are saturated as offset binary and stored as one word. A group's first load moves r2 to its
 * words, a later one on to `MCUQ_AHEAD` bytes before the next ones. */
#if defined(MCUQ_DUAL_ISSUE)

#define MCUQ_AHEAD "8"
#define MCUQ_FIRST_WORDS(first, second) "ldrd " first ", " second ", [r2, #8]!\n"

/* Two multiplications begin before it is known that all shifts go to the right: they leave the sums. */
#define MCUQ_GROUP_END(words, add_bias) \
    words \
    "subs r0, r0, #36\n" \
    MCUQ_LOAD_TWO("r10", "r11", "r2", "16") \
    "tst r8, #128\n" \
    MCUQ_LOAD_TWO("r12", "lr", "sp", "8") \
    add_bias("r4", "r8") \
    MCUQ_SCALE("r4", "r10") \
    add_bias("r5", "r9") \
    MCUQ_SCALE("r5", "r11") \
    "bne 3f\n" \
    MCUQ_SIGN("r4", "r10") \
    MCUQ_SHIFT("r4", "r8") \
    MCUQ_SIGN("r5", "r11") \
    MCUQ_ADD_ZERO("r4") \
    "ldrd r10, r11, [r2, #24]!\n" \
    MCUQ_SHIFT("r5", "r9") \
    "usat r4, #8, r4\n" \
    MCUQ_ADD_ZERO("r5") \
    MCUQ_LOAD_TWO("r8", "r9", "r2", "-16") \
    "usat r5, #8, r5\n" \
    add_bias("r6", "r8") \
    MCUQ_SCALE("r6", "r10") \
    "orr r4, r4, r5, lsl #8\n" \
    add_bias("r7", "r9") \
    MCUQ_SCALE("r7", "r11") \
    "eor r4, r4, #0x80808080\n" \
    MCUQ_SIGN("r6", "r10") \
    MCUQ_SHIFT("r6", "r8") \
    MCUQ_SIGN("r7", "r11") \
    MCUQ_ADD_ZERO("r6") \
    MCUQ_SHIFT("r7", "r9") \
    MCUQ_ADD_ZERO("r7") \
    "usat r6, #8, r6\n" \
    "usat r7, #8, r7\n" \
    "eor r4, r4, r6, lsl #16\n" \
    "2:\n" \
    "eor r4, r4, r7, lsl #24\n" \
    "str r4, [r12, r3]\n" \
    "adds r3, r3, #4\n" \
    "bne 1b\n"

/* Of a slow group the biases of r4 and r5 are in the sums. */
#if defined(__OPTIMIZE_SIZE__)
#define MCUQ_ANY_FOUR(add_bias) \
    MCUQ_LOAD_TWO("r8", "r9", "r2", "8") \
    add_bias("r6", "r8") \
    add_bias("r7", "r9") \
    MCUQ_FINISH_ANY(MCUQ_HAS_BIAS)
#else
#define MCUQ_ANY_FOUR(add_bias) \
    MCUQ_ANY_TWO("r4", "r5", MCUQ_LOAD_TWO("r10", "r11", "r2", "16")) \
    MCUQ_LOAD_TWO("r8", "r9", "r2", "8") \
    add_bias("r6", "r8") \
    add_bias("r7", "r9") \
    MCUQ_ANY_TWO("r6", "r7", MCUQ_LOAD_TWO("r10", "r11", "r2", "24")) \
    MCUQ_LOAD("r12", "sp", "8")
#endif

#define MCUQ_ANY(add_bias) \
    MCUQ_ANY_FOUR(add_bias) \
    "orr r4, r4, r5, lsl #8\n" \
    "adds r2, r2, #24\n" \
    "orr r4, r4, r6, lsl #16\n" \
    "eor r4, r4, #0x80808080\n"

#else

#define MCUQ_AHEAD "4"
#define MCUQ_FIRST_WORDS(first, second) \
    "ldr " first ", [r2, #4]!\n" \
    MCUQ_LOAD(second, "r2", "4")

#define MCUQ_FINISH_TWO(first, second) \
    MCUQ_ADD_BIAS(first, "r8") \
    MCUQ_ADD_BIAS(second, "r9") \
    MCUQ_SCALE(first, "r10") \
    MCUQ_SCALE(second, "r11") \
    MCUQ_SIGN(first, "r10") \
    MCUQ_SIGN(second, "r11") \
    MCUQ_SHIFT(first, "r8") \
    MCUQ_ADD_ZERO(first) \
    MCUQ_SHIFT(second, "r9") \
    MCUQ_ADD_ZERO(second)

#define MCUQ_GROUP_END(words, add_bias) \
    "subs r0, r0, #36\n" \
    words \
    MCUQ_LOAD("r10", "r2", "16") MCUQ_LOAD("r11", "r2", "20") \
    MCUQ_LOAD("lr", "sp", "12") MCUQ_LOAD("r12", "sp", "8") \
    "tst r8, #128\n" \
    "bne 3f\n" \
    MCUQ_FINISH_TWO("r4", "r5") \
    MCUQ_LOAD("r8", "r2", "8") MCUQ_LOAD("r9", "r2", "12") MCUQ_LOAD("r10", "r2", "24") \
    "ldr r11, [r2, #28]!\n" \
    MCUQ_FINISH_TWO("r6", "r7") \
    "pkhbt r4, r4, r6, lsl #16\n" \
    "pkhbt r5, r5, r7, lsl #16\n" \
    "usat16 r4, #8, r4\n" \
    "usat16 r5, #8, r5\n" \
    "2:\n" \
    "orr r4, r4, r5, lsl #8\n" \
    "eor r4, r4, #0x80808080\n" \
    "str r4, [r12, r3]\n" \
    "adds r3, r3, #4\n" \
    "bne 1b\n"

#if defined(__OPTIMIZE_SIZE__)
#define MCUQ_ANY_FOUR(add_bias) MCUQ_FINISH_ANY(add_bias)
#else
#define MCUQ_ANY_FOUR(add_bias) \
    add_bias("r4", "r8") \
    add_bias("r5", "r9") \
    MCUQ_ANY_TWO("r4", "r5", "") \
    MCUQ_LOAD("r8", "r2", "8") MCUQ_LOAD("r9", "r2", "12") MCUQ_LOAD("r10", "r2", "24") \
    MCUQ_LOAD("r11", "r2", "28") \
    add_bias("r6", "r8") \
    add_bias("r7", "r9") \
    MCUQ_ANY_TWO("r6", "r7", "") \
    MCUQ_LOAD("r12", "sp", "8")
#endif

#define MCUQ_ANY(add_bias) \
    MCUQ_ANY_FOUR(add_bias) \
    "orr r4, r4, r6, lsl #16\n" \
    "orr r5, r5, r7, lsl #16\n" \
    "adds r2, r2, #28\n"

#endif

/* From r0 on nine addresses move, from lr on by how far. */
#if defined(MCUQ_DUAL_ISSUE)

#define MCUQ_MOVE_FOUR \
    "ldrd r4, r5, [r0]\n" \
    "ldrd r8, r9, [lr], #8\n" \
    "ldrd r6, r7, [r0, #8]\n" \
    "ldrd r10, r11, [lr], #8\n" \
    "add r4, r4, r8\n" \
    "add r5, r5, r9\n" \
    "add r6, r6, r10\n" \
    "strd r4, r5, [r0], #8\n" \
    "add r7, r7, r11\n" \
    "strd r6, r7, [r0], #8\n"

#define MCUQ_MOVE_NINE \
    MCUQ_MOVE_FOUR MCUQ_MOVE_FOUR \
    "ldr r4, [r0]\n" \
    "ldr r8, [lr]\n" \
    "add r4, r4, r8\n" \
    "str r4, [r0], #4\n"

#else

#define MCUQ_MOVE_THREE \
    "ldmia r0, {r4-r6}\n" \
    "ldmia lr!, {r8-r10}\n" \
    "add r4, r4, r8\n" \
    "add r5, r5, r9\n" \
    "add r6, r6, r10\n" \
    "stmia r0!, {r4-r6}\n"

#define MCUQ_MOVE_NINE MCUQ_MOVE_THREE MCUQ_MOVE_THREE MCUQ_MOVE_THREE

#endif

#define MCUQ_PIXELS_END(add_bias) \
    "ldrd r5, r6, [sp, #56]\n" \
    "subs r5, r5, #1\n" \
    "beq 6f\n" \
    "str r5, [sp, #56]\n" \
    "ldr r4, [sp, #8]\n" \
    "add r4, r4, r6\n" \
    "str r4, [sp, #8]\n" \
    "add lr, r0, #36\n" \
    MCUQ_MOVE_NINE \
    "subs r0, r0, #36\n" \
    "b 0b\n" \
    "6:\n" \
    "pop {r0-r11, pc}\n" \
    "3:\n" \
    MCUQ_ANY(add_bias) \
    "b 2b\n"

/* clang-format on */

#endif
