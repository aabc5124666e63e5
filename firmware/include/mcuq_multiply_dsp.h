/* Assembly shared by mcuq_multiply_s8, _s4 and _s2 on the DSP extension: everything but the products.
 *
 * r0 weights, r1 columns, r3-r10 nested sums (channel a to d, two columns each); r2, r11, r12 and
 * lr are free for inputs and weights.
 * Stack: columns, their end, weights, channels, eight saved registers and lr, then the arguments
 * outputs, first, second.
 *
 * Where MCUQ_DUAL_ISSUE is defined (mcuq_assembly.h) every load stands beside a multiplication, ahead
 * of its use. On other cores loads stand together: those that follow each other take a cycle less
 * (Arm DDI 0439, load/store timings).
 */
#ifndef MCUQ_MULTIPLY_DSP_H
#define MCUQ_MULTIPLY_DSP_H

/* clang-format off */

/* Whole columns are behind their two words of header. A round of the loop takes eight pairs, or four
 * where code shall be small; a first one of fewer is entered further down. */
#if defined(MCUQ_DUAL_ISSUE)
/* Of columns, from where a round compares to where the last one ends. */
#if defined(__OPTIMIZE_SIZE__)
#define MCUQ_COLUMNS_END "subs r1, r1, #4\n"
#else
#define MCUQ_COLUMNS_END "subs r1, r1, #12\n"
#endif
#else
#define MCUQ_COLUMNS_END "adds r1, r1, #2\n"
#endif

#define MCUQ_MULTIPLY_BEGIN \
    "push {r0-r11, lr}\n" \
    MCUQ_COLUMNS_END \
    "add r1, r0, r1, lsl #2\n" \
    "str r1, [sp, #4]\n" \
    "mov r0, r2\n" \
    "1:\n" \
    "ldr r1, [sp]\n" \
    "ldr r2, [sp, #4]\n"

#if defined(__OPTIMIZE_SIZE__)
#define MCUQ_FOUR_MORE(two_pairs) ""
#define MCUQ_ENTER_HALFWAY(entry) ""
#else
#define MCUQ_FOUR_MORE(two_pairs) \
    "23:\n" \
    two_pairs \
    "24:\n" \
    two_pairs
#define MCUQ_ENTER_HALFWAY(entry) "bcs " entry "f\n"
#endif

#if defined(MCUQ_DUAL_ISSUE)

/* Every pair loads the next one's inputs and first weights; in the round's last pair, before
 * anything of the next is read, the loop may end, and `rest` is what of that pair is left; `spread`
 * is done to the very first weights, in lr. Not below after `first`, and when the loop is entered
 * further down: this is the last round. */
#define MCUQ_MULTIPLY_LOOP(spread, first, second, third, last, rest) \
    "sub r12, r2, r1\n" \
    "ldr r11, [r1], #4\n" \
    "lsls r12, r12, #27\n" \
    "ldr lr, [r0], #4\n" \
    "ldr r12, [r1], #4\n" \
    spread \
    "bmi 20f\n" \
    MCUQ_ENTER_HALFWAY("22") \
    "3:\n" \
    first second \
    MCUQ_FOUR_MORE(third second) \
    "25:\n" \
    third last \
    "ldr r2, [sp, #4]\n" \
    "b 3b\n" \
    "5:\n" \
    rest

/* Behind the end of the function: entries by the fours in the first round, 1, 3 and 2. */
#if defined(__OPTIMIZE_SIZE__)
#define MCUQ_MULTIPLY_ENTRIES \
    "20:\n" \
    "cmp r1, r2\n" \
    "b 25b\n"
#else
#define MCUQ_MULTIPLY_ENTRIES \
    "20:\n" \
    "bcs 21f\n" \
    "cmp r1, r2\n" \
    "b 25b\n" \
    "21:\n" \
    "cmp r1, r2\n" \
    "b 23b\n" \
    "22:\n" \
    "cmp r1, r2\n" \
    "b 24b\n"
#endif

#else

#define MCUQ_MULTIPLY_LOOP(two_pairs) \
    "sub r12, r2, r1\n" \
    "lsls r12, r12, #27\n" \
    "bmi 20f\n" \
    MCUQ_ENTER_HALFWAY("24") \
    "3:\n" \
    two_pairs \
    MCUQ_FOUR_MORE(two_pairs) \
    "25:\n" \
    two_pairs \
    "ldr r2, [sp, #4]\n" \
    "cmp r1, r2\n" \
    "bne 3b\n"

#if defined(__OPTIMIZE_SIZE__)
#define MCUQ_MULTIPLY_ENTRIES \
    "20:\n" \
    "b 25b\n"
#else
#define MCUQ_MULTIPLY_ENTRIES \
    "20:\n" \
    "bcs 23b\n" \
    "b 25b\n"
#endif

#endif

#define MCUQ_SATURATE(sum) "ssat " sum ", #8, " sum "\n"

/* One channel's outputs from its sums, as mcuq_output computes them but for the saturation, which is
 * done beside the next channel's multiplications: r2 doubled bias, r11 multiplier, r12 rounding, lr
 * shift. `twice` shifts the sums, or what they are a part of, to twice the sums. */
#define MCUQ_CHANNEL(s, t, twice, left, before_s, before_t, load_11, move, load_2, load_12, load_lr, done) \
    "add " s ", r2, " s ", " twice "\n" \
    "add " t ", r2, " t ", " twice "\n" \
    "cmp lr, #0\n" \
    "ble " left "f\n" \
    "smmlar r2, " s ", r11, r12\n" \
    before_s \
    "smmlar r12, " t ", r11, r12\n" \
    load_11 \
    before_t \
    move \
    "add " s ", r2, " s ", asr #31\n" \
    load_2 \
    "asr " s ", " s ", lr\n" \
    "add " t ", r12, " t ", asr #31\n" \
    load_12 \
    "asr " t ", " t ", lr\n" \
    load_lr \
    done ":\n"

/* The same with a shift to the left. */
#define MCUQ_CHANNEL_LEFT(s, t, left, before_s, before_t, loads, done) \
    left ":\n" \
    "rsbs lr, lr, #0\n" \
    "lsl " s ", " s ", lr\n" \
    "lsl " t ", " t ", lr\n" \
    "smmlar " s ", " s ", r11, r12\n" \
    "smmlar " t ", " t ", r11, r12\n" \
    before_s \
    before_t \
    loads \
    "b " done "b\n"

#define MCUQ_NEXT_CHANNEL \
    "ldr r2, [r1, #-16]!\n" \
    "ldr r11, [r1, #4]\n" \
    "ldr r12, [r1, #8]\n" \
    "ldr lr, [r1, #12]\n"

#define MCUQ_OUTPUTS_1 "ldr r1, [sp, #56]\n"
#define MCUQ_OUTPUTS_2 "ldr r2, [sp, #60]\n"

#if defined(MCUQ_DUAL_ISSUE)

/* The next channel's words are loaded as this one's are used up. */
#define MCUQ_CHANNEL_AND_NEXT(s, t, twice, left, before_s, before_t, done) \
    MCUQ_CHANNEL(s, t, twice, left, before_s, before_t, "ldr r11, [r1, #-12]\n", \
        "subs r1, r1, #16\n", "ldr r2, [r1]\n", "ldr r12, [r1, #8]\n", "ldr lr, [r1, #12]\n", done)
#define MCUQ_LEFT_AND_NEXT(s, t, left, before_s, before_t, done) \
    MCUQ_CHANNEL_LEFT(s, t, left, before_s, before_t, MCUQ_NEXT_CHANNEL, done)
#define MCUQ_LAST_CHANNEL(s, t, left, before_s, before_t, done) \
    MCUQ_CHANNEL(s, t, "lsl #1", left, before_s, before_t, MCUQ_OUTPUTS_1, "", MCUQ_OUTPUTS_2, "", \
        "", done)
#define MCUQ_LAST_LEFT(s, t, left, before_s, before_t, done) \
    MCUQ_CHANNEL_LEFT(s, t, left, before_s, before_t, MCUQ_OUTPUTS_1 MCUQ_OUTPUTS_2, done)

#define MCUQ_DIFFERENCES(d0, d1, c0, c1, b0, b1) \
    d0 \
    "str r0, [sp, #8]\n" \
    d1 \
    "ldr r0, [sp, #52]\n" \
    c0 c1 \
    "ldr r1, [sp, #12]\n" \
    b0 b1

/* Four channels of each pixel, as words. */
#define MCUQ_STORE_FOUR \
    "bfi r3, r5, #8, #8\n" \
    "bfi r4, r6, #8, #8\n" \
    "bfi r3, r7, #16, #8\n" \
    "bfi r4, r8, #16, #8\n" \
    "bfi r3, r9, #24, #8\n" \
    "bfi r4, r10, #24, #8\n" \
    "str r3, [r1], #4\n" \
    "str r4, [r2], #4\n"

#else

#define MCUQ_CHANNEL_AND_NEXT(s, t, twice, left, before_s, before_t, done) \
    MCUQ_CHANNEL(s, t, twice, left, before_s, before_t, "", "", "", "", "", done) \
    MCUQ_NEXT_CHANNEL
#define MCUQ_LEFT_AND_NEXT(s, t, left, before_s, before_t, done) \
    MCUQ_CHANNEL_LEFT(s, t, left, before_s, before_t, "", done)
#define MCUQ_LAST_CHANNEL(s, t, left, before_s, before_t, done) \
    MCUQ_CHANNEL(s, t, "lsl #1", left, before_s, before_t, "", "", "", "", "", done) \
    MCUQ_OUTPUTS_1 MCUQ_OUTPUTS_2
#define MCUQ_LAST_LEFT MCUQ_LEFT_AND_NEXT

#define MCUQ_DIFFERENCES(d0, d1, c0, c1, b0, b1) \
    d0 d1 c0 c1 b0 b1 \
    "str r0, [sp, #8]\n" \
    "ldr r0, [sp, #52]\n" \
    "ldr r1, [sp, #12]\n"

#define MCUQ_STORE_FOUR \
    "strb r3, [r1], #1\n" \
    "strb r4, [r2], #1\n" \
    "strb r5, [r1], #1\n" \
    "strb r6, [r2], #1\n" \
    "strb r7, [r1], #1\n" \
    "strb r8, [r2], #1\n" \
    "strb r9, [r1], #1\n" \
    "strb r10, [r2], #1\n"

#endif

/* Sums of the channels d, c and b are differences of nested sums, `b` and so on shift those to twice
 * the sums. They and r3, r4 become up to four channels' outputs, the last channel first: 9
 * instructions an output. r0 channels left, r1 words of the channel. */
#define MCUQ_MULTIPLY_END(d0, d1, c0, c1, b0, b1, d, c, b) \
    MCUQ_DIFFERENCES(d0, d1, c0, c1, b0, b1) \
    "cmp r0, #4\n" \
    "blt 6f\n" \
    "adds r1, r1, #64\n" \
    "str r1, [sp, #12]\n" \
    MCUQ_NEXT_CHANNEL \
    MCUQ_CHANNEL_AND_NEXT("r9", "r10", d, "14", "", "", "10") \
    "7:\n" \
    MCUQ_CHANNEL_AND_NEXT("r7", "r8", c, "15", MCUQ_SATURATE("r9"), MCUQ_SATURATE("r10"), "11") \
    "8:\n" \
    MCUQ_CHANNEL_AND_NEXT("r5", "r6", b, "16", MCUQ_SATURATE("r7"), MCUQ_SATURATE("r8"), "12") \
    "9:\n" \
    MCUQ_LAST_CHANNEL("r3", "r4", "17", MCUQ_SATURATE("r5"), MCUQ_SATURATE("r6"), "13") \
    MCUQ_SATURATE("r3") \
    MCUQ_SATURATE("r4") \
    "subs r0, r0, #4\n" \
    "blt 18f\n" \
    MCUQ_STORE_FOUR \
    "str r0, [sp, #52]\n" \
    "str r1, [sp, #56]\n" \
    "str r2, [sp, #60]\n" \
    "ldr r0, [sp, #8]\n" \
    "bgt 1b\n" \
    "19:\n" \
    "pop {r0-r11, pc}\n" \
    MCUQ_MULTIPLY_ENTRIES \
    "6:\n" \
    "add r1, r1, r0, lsl #4\n" \
    MCUQ_NEXT_CHANNEL \
    "cmp r0, #2\n" \
    "bgt 7b\n" \
    "beq 8b\n" \
    "b 9b\n" \
    "18:\n" \
    "strb r3, [r1]\n" \
    "strb r4, [r2]\n" \
    "adds r0, r0, #2\n" \
    "blt 19b\n" \
    "strb r5, [r1, #1]\n" \
    "strb r6, [r2, #1]\n" \
    "beq 19b\n" \
    "strb r7, [r1, #2]\n" \
    "strb r8, [r2, #2]\n" \
    "b 19b\n" \
    MCUQ_LEFT_AND_NEXT("r9", "r10", "14", "", "", "10") \
    MCUQ_LEFT_AND_NEXT("r7", "r8", "15", MCUQ_SATURATE("r9"), MCUQ_SATURATE("r10"), "11") \
    MCUQ_LEFT_AND_NEXT("r5", "r6", "16", MCUQ_SATURATE("r7"), MCUQ_SATURATE("r8"), "12") \
    MCUQ_LAST_LEFT("r3", "r4", "17", MCUQ_SATURATE("r5"), MCUQ_SATURATE("r6"), "13")

/* clang-format on */

#endif
