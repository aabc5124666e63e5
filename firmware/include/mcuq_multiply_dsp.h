/* Assembly shared by mcuq_multiply_s8, _s4 and _s2 on the DSP extension: everything but the products.
 *
 * r0 weights, r1 columns, r3-r10 nested sums (channel a to d, two columns each); r2, r11, r12 and
 * lr are free for inputs and weights.
 * Stack: columns, their end, weights, channels, eight saved registers and lr, then the arguments
 * outputs, first, second, zero_point.
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

/* Ahead of the rest where sums do not begin with the columns' header. */
#define MCUQ_SKIP_HEADER \
    "adds r0, r0, #8\n" \
    "subs r1, r1, #2\n"

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

/* Of a channel's sums, as mcuq_output makes outputs of them. Its word and r11, its factor, are loaded;
 * lr is the output zero point. `nested` shifts what the sums are a part of. First the bias; the carry
 * says that the shift is to the left. */
#define MCUQ_BIAS(s, t, nested, word, beside_word, beside_s, left) \
    "asrs r12, " word ", #8\n" \
    beside_word \
    "add " s ", r12, " s nested "\n" \
    beside_s \
    "add " t ", r12, " t nested "\n" \
    "bcs " left "f\n"

#define MCUQ_SHIFT(sum, word) "asrs " sum ", " sum ", " word "\n"
#define MCUQ_ADD_ZERO(sum) "adc " sum ", " sum ", lr\n"

/* The same for a shift to the left, all of it. */
#define MCUQ_SHIFT_LEFT(s, t, word) \
    "mvn r12, " word "\n" \
    "lsl " s ", " s ", r12\n" \
    "lsl " t ", " t ", r12\n" \
    "smmlar " s ", " s ", r11, " s "\n" \
    "smmlar " t ", " t ", r11, " t "\n"

#if defined(MCUQ_DUAL_ISSUE)

/* Words take turns in r2 and r0: a channel's sums p and q are shifted, rounded and saturated beside
 * the next one's multiplications. */
#define MCUQ_NEXT_WORD(word) "ldr " word ", [r1, #-8]!\n"
#define MCUQ_FACTOR "ldr r11, [r1, #4]\n"

#define MCUQ_MULTIPLY_TWO(s, t, shift_p, zero_p, shift_q, zero_q, next, saturate_p) \
    "smmlar r12, " s ", r11, " s "\n" \
    shift_p \
    "smmlar r11, " t ", r11, " t "\n" \
    zero_p \
    shift_q \
    next \
    "add " s ", r12, " s ", asr #31\n" \
    zero_q \
    "add " t ", r11, " t ", asr #31\n" \
    saturate_p

#define MCUQ_FIRST_CHANNEL(s, t, nested, word, next_word, left, done) \
    MCUQ_BIAS(s, t, nested, word, MCUQ_FACTOR, "", left) \
    MCUQ_MULTIPLY_TWO(s, t, "", "", "", "", MCUQ_NEXT_WORD(next_word), "") \
    done ":\n"

#define MCUQ_CHANNEL(s, t, nested, word, p, q, word_p, before, next, left, done) \
    MCUQ_BIAS(s, t, nested, word, MCUQ_FACTOR, before, left) \
    MCUQ_MULTIPLY_TWO(s, t, MCUQ_SHIFT(p, word_p), MCUQ_ADD_ZERO(p), MCUQ_SHIFT(q, word_p), \
        MCUQ_ADD_ZERO(q), next, MCUQ_SATURATE(p)) \
    done ":\n"

/* A shift by 0 leaves the carry, which is to be clear: behind a channel that is shifted to the right it
 * is. */
#define MCUQ_CLEAR_CARRY "adds r12, lr, #0\n"
#define MCUQ_FIRST_LEFT(s, t, word, next_word, left, done) \
    left ":\n" \
    MCUQ_SHIFT_LEFT(s, t, word) \
    MCUQ_NEXT_WORD(next_word) \
    "mov " word ", #0\n" \
    "b " done "b\n"

#define MCUQ_CHANNEL_LEFT(s, t, word, p, q, word_p, next, last, left, done) \
    left ":\n" \
    "mvn r12, " word "\n" \
    "lsl " s ", " s ", r12\n" \
    "lsl " t ", " t ", r12\n" \
    "smmlar " s ", " s ", r11, " s "\n" \
    MCUQ_CLEAR_CARRY \
    "smmlar " t ", " t ", r11, " t "\n" \
    MCUQ_SHIFT(p, word_p) \
    "mov " word ", #0\n" \
    MCUQ_ADD_ZERO(p) \
    MCUQ_SHIFT(q, word_p) \
    next \
    MCUQ_ADD_ZERO(q) \
    MCUQ_SATURATE(p) \
    last \
    "b " done "b\n"

#define MCUQ_DIFFERENCES(d0, d1, c0, c1, b0, b1) \
    d0 \
    "ldr r12, [sp, #52]\n" \
    d1 \
    "str r0, [sp, #8]\n" \
    c0 \
    "ldr r1, [sp, #12]\n" \
    c1 b0 \
    "ldr lr, [sp, #64]\n" \
    b1 \
    "cmp r12, #4\n"

#define MCUQ_SECOND "ldr r2, [sp, #60]\n"
#define MCUQ_FOUR_CHANNELS(d, c, b) \
    MCUQ_NEXT_WORD("r2") \
    MCUQ_FIRST_CHANNEL("r9", "r10", d, "r2", "r0", "14", "10") \
    "7:\n" \
    MCUQ_CHANNEL("r7", "r8", c, "r0", "r9", "r10", "r2", "", MCUQ_NEXT_WORD("r2"), "15", "11") \
    "8:\n" \
    MCUQ_CHANNEL("r5", "r6", b, "r2", "r7", "r8", "r0", MCUQ_SATURATE("r10"), MCUQ_NEXT_WORD("r0"), \
        "16", "12") \
    "9:\n" \
    MCUQ_CHANNEL("r3", "r4", "", "r0", "r5", "r6", "r2", MCUQ_SATURATE("r8"), MCUQ_SECOND, \
        "17", "13") \
    MCUQ_SHIFT("r3", "r0") \
    "ldr r1, [sp, #56]\n" \
    MCUQ_ADD_ZERO("r3") \
    MCUQ_SHIFT("r4", "r0") \
    "ldr r12, [sp, #52]\n" \
    MCUQ_SATURATE("r3") \
    MCUQ_ADD_ZERO("r4") \
    MCUQ_SATURATE("r6") \
    "subs r12, r12, #4\n" \
    MCUQ_SATURATE("r4")

#define MCUQ_FOUR_LEFT \
    MCUQ_FIRST_LEFT("r9", "r10", "r2", "r0", "14", "10") \
    MCUQ_CHANNEL_LEFT("r7", "r8", "r0", "r9", "r10", "r2", MCUQ_NEXT_WORD("r2"), "", "15", "11") \
    MCUQ_CHANNEL_LEFT("r5", "r6", "r2", "r7", "r8", "r0", MCUQ_NEXT_WORD("r0"), "", "16", "12") \
    MCUQ_CHANNEL_LEFT("r3", "r4", "r0", "r5", "r6", "r2", MCUQ_SECOND, MCUQ_CLEAR_CARRY, "17", "13")

/* Fewer channels begin in the midst of it, with the word in either register. */
#define MCUQ_LAST_CHANNELS \
    "add r1, r1, r12, lsl #3\n" \
    MCUQ_NEXT_WORD("r2") \
    "cmp r12, #2\n" \
    "mov r0, r2\n"

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

#define MCUQ_WEIGHTS "ldr r0, [sp, #8]\n"

#else

#define MCUQ_NEXT_CHANNEL \
    "ldr r2, [r1, #-8]!\n" \
    "ldr r11, [r1, #4]\n"

#define MCUQ_CHANNEL(s, t, nested, left, done) \
    MCUQ_BIAS(s, t, nested, "r2", "", "", left) \
    "smmlar r12, " s ", r11, " s "\n" \
    "smmlar r11, " t ", r11, " t "\n" \
    "add " s ", r12, " s ", asr #31\n" \
    "add " t ", r11, " t ", asr #31\n" \
    MCUQ_SHIFT(s, "r2") \
    MCUQ_ADD_ZERO(s) \
    MCUQ_SHIFT(t, "r2") \
    MCUQ_ADD_ZERO(t) \
    done ":\n" \
    MCUQ_SATURATE(s) \
    MCUQ_SATURATE(t)

#define MCUQ_CHANNEL_LEFT(s, t, left, done) \
    left ":\n" \
    MCUQ_SHIFT_LEFT(s, t, "r2") \
    "add " s ", " s ", lr\n" \
    "add " t ", " t ", lr\n" \
    "b " done "b\n"

#define MCUQ_DIFFERENCES(d0, d1, c0, c1, b0, b1) \
    d0 d1 c0 c1 b0 b1 \
    "ldr r12, [sp, #52]\n" \
    "ldr r1, [sp, #12]\n" \
    "ldr lr, [sp, #64]\n" \
    "cmp r12, #4\n"

#define MCUQ_FOUR_CHANNELS(d, c, b) \
    MCUQ_NEXT_CHANNEL \
    MCUQ_CHANNEL("r9", "r10", d, "14", "10") \
    MCUQ_NEXT_CHANNEL \
    "7:\n" \
    MCUQ_CHANNEL("r7", "r8", c, "15", "11") \
    MCUQ_NEXT_CHANNEL \
    "8:\n" \
    MCUQ_CHANNEL("r5", "r6", b, "16", "12") \
    MCUQ_NEXT_CHANNEL \
    "9:\n" \
    MCUQ_CHANNEL("r3", "r4", "", "17", "13") \
    "ldr r12, [sp, #52]\n" \
    "ldr r1, [sp, #56]\n" \
    "ldr r2, [sp, #60]\n" \
    "subs r12, r12, #4\n"

#define MCUQ_FOUR_LEFT \
    MCUQ_CHANNEL_LEFT("r9", "r10", "14", "10") \
    MCUQ_CHANNEL_LEFT("r7", "r8", "15", "11") \
    MCUQ_CHANNEL_LEFT("r5", "r6", "16", "12") \
    MCUQ_CHANNEL_LEFT("r3", "r4", "17", "13")

#define MCUQ_LAST_CHANNELS \
    "add r1, r1, r12, lsl #3\n" \
    MCUQ_NEXT_CHANNEL \
    "cmp r12, #2\n"

#define MCUQ_STORE_FOUR \
    "strb r3, [r1], #1\n" \
    "strb r4, [r2], #1\n" \
    "strb r5, [r1], #1\n" \
    "strb r6, [r2], #1\n" \
    "strb r7, [r1], #1\n" \
    "strb r8, [r2], #1\n" \
    "strb r9, [r1], #1\n" \
    "strb r10, [r2], #1\n"

#define MCUQ_WEIGHTS ""

#endif

/* Sums of the channels d, c and b are differences of nested sums, `d` and so on shift those to the
 * sums. They and r3, r4 become up to four channels' outputs, the last channel first: 9 instructions
 * an output. r12 (outside of channels) channels left, r1 words of the channel. */
#define MCUQ_MULTIPLY_END(d0, d1, c0, c1, b0, b1, d, c, b) \
    MCUQ_DIFFERENCES(d0, d1, c0, c1, b0, b1) \
    "blt 6f\n" \
    "adds r1, r1, #32\n" \
    "str r1, [sp, #12]\n" \
    MCUQ_FOUR_CHANNELS(d, c, b) \
    "blt 18f\n" \
    MCUQ_STORE_FOUR \
    "str r12, [sp, #52]\n" \
    "str r1, [sp, #56]\n" \
    "str r2, [sp, #60]\n" \
    MCUQ_WEIGHTS \
    "bgt 1b\n" \
    "19:\n" \
    "pop {r0-r11, pc}\n" \
    MCUQ_MULTIPLY_ENTRIES \
    "6:\n" \
    MCUQ_LAST_CHANNELS \
    "bgt 7b\n" \
    "beq 8b\n" \
    "b 9b\n" \
    "18:\n" \
    "strb r3, [r1]\n" \
    "strb r4, [r2]\n" \
    "adds r12, r12, #2\n" \
    "blt 19b\n" \
    "strb r5, [r1, #1]\n" \
    "strb r6, [r2, #1]\n" \
    "beq 19b\n" \
    "strb r7, [r1, #2]\n" \
    "strb r8, [r2, #2]\n" \
    "b 19b\n" \
    MCUQ_FOUR_LEFT

/* clang-format on */

#endif
