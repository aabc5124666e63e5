/* Assembly shared by mcuq_multiply_s8, _s4 and _s2 on the DSP extension: everything but the products.
 *
 * r0 weights, r1 columns, r3-r10 nested sums (channel a to d, two columns each); r2, r11, r12 and
 * lr are free for inputs and weights.
 * Stack: columns, their end, weights, channels, eight saved registers and lr, then the arguments
 * outputs, first, second, centre.
 *
 * Where MCUQ_DUAL_ISSUE is defined (mcuq_assembly.h) every load stands beside a multiplication, ahead
 * of its use. On other cores loads stand together: those that follow each other take a cycle less
 * (Arm DDI 0439, load/store timings).
 */
#ifndef MCUQ_MULTIPLY_DSP_H
#define MCUQ_MULTIPLY_DSP_H

/* clang-format off */

/* Whole columns are behind their two words of header. A round of the loop takes four pairs. */
#if defined(MCUQ_DUAL_ISSUE)
/* Of columns, from where a round compares to where the last one ends. */
#define MCUQ_COLUMNS_END "subs r1, r1, #4\n"
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

#if defined(MCUQ_DUAL_ISSUE)

/* Every pair loads the next one's inputs and first weights; in the round's last pair, before
 * anything of the next is read, the loop may end, and `rest` is what of that pair is left; `spread`
 * is done to the very first weights, in lr. Equal
 * after `first`, and when the loop is entered halfway (an odd multiple of four inputs): this is the
 * last round. */
#define MCUQ_MULTIPLY_LOOP(spread, first, second, third, last, rest) \
    "sub r12, r2, r1\n" \
    "ldr r11, [r1], #4\n" \
    "ldr lr, [r0], #4\n" \
    "tst r12, #16\n" \
    spread \
    "beq 2f\n" \
    "cmp r12, #-8\n" \
    "ldr r12, [r1], #4\n" \
    "b 4f\n" \
    "2:\n" \
    "ldr r12, [r1], #4\n" \
    "3:\n" \
    first second \
    "4:\n" \
    third last \
    "ldr r2, [sp, #4]\n" \
    "b 3b\n" \
    "5:\n" \
    rest

#else

/* Entered halfway where the inputs are an odd multiple of four. */
#define MCUQ_MULTIPLY_LOOP(two_pairs) \
    "sub r12, r2, r1\n" \
    "tst r12, #16\n" \
    "bne 4f\n" \
    "3:\n" \
    two_pairs \
    "4:\n" \
    two_pairs \
    "ldr r2, [sp, #4]\n" \
    "cmp r1, r2\n" \
    "bne 3b\n"

#endif

/* One channel's outputs from its sums, as mcuq_output computes them: r0 centre, r2 bias_shift, r11
 * multiplier. The carry is the sign of shift - 1. */
#define MCUQ_CHANNEL(s, t, left, done) \
    "and lr, r2, #15\n" \
    "asrs r2, r2, #5\n" \
    "add " s ", r2, " s ", lsl #1\n" \
    "add " t ", r2, " t ", lsl #1\n" \
    "bcs " left "f\n" \
    "lsl r12, r0, lr\n" \
    "smmlar r2, " s ", r11, r12\n" \
    "smmlar r12, " t ", r11, r12\n" \
    "add " s ", r2, " s ", asr #31\n" \
    "add " t ", r12, " t ", asr #31\n" \
    "asr " s ", " s ", lr\n" \
    "asr " t ", " t ", lr\n" \
    "ssat " s ", #8, " s ", asr #1\n" \
    "ssat " t ", #8, " t ", asr #1\n" \
    done ":\n"

/* The same with a shift to the left. */
#define MCUQ_CHANNEL_LEFT(s, t, left, done) \
    left ":\n" \
    "eor lr, lr, #15\n" \
    "asr r12, r0, #1\n" \
    "lsl " s ", " s ", lr\n" \
    "lsl " t ", " t ", lr\n" \
    "smmlar " s ", " s ", r11, r12\n" \
    "smmlar " t ", " t ", r11, r12\n" \
    "ssat " s ", #8, " s "\n" \
    "ssat " t ", #8, " t "\n" \
    "b " done "b\n"

#define MCUQ_NEXT_CHANNEL \
    "ldr r2, [r1, #-8]!\n" \
    "ldr r11, [r1, #4]\n"

/* The sums of r3-r10 become up to four channels' outputs, the last channel first: 9 instructions
 * an output. r1 words of the channel. */
#define MCUQ_MULTIPLY_END \
    "str r0, [sp, #8]\n" \
    "ldr r0, [sp, #52]\n" \
    "ldr r1, [sp, #12]\n" \
    "cmp r0, #4\n" \
    "ldr r0, [sp, #64]\n" \
    "blt 6f\n" \
    "adds r1, r1, #32\n" \
    "str r1, [sp, #12]\n" \
    MCUQ_NEXT_CHANNEL \
    MCUQ_CHANNEL("r9", "r10", "14", "10") \
    MCUQ_NEXT_CHANNEL \
    "7:\n" \
    MCUQ_CHANNEL("r7", "r8", "15", "11") \
    MCUQ_NEXT_CHANNEL \
    "8:\n" \
    MCUQ_CHANNEL("r5", "r6", "16", "12") \
    MCUQ_NEXT_CHANNEL \
    "9:\n" \
    MCUQ_CHANNEL("r3", "r4", "17", "13") \
    "ldr r0, [sp, #52]\n" \
    "ldr r1, [sp, #56]\n" \
    "ldr r2, [sp, #60]\n" \
    "subs r0, r0, #4\n" \
    "blt 18f\n" \
    "strb r3, [r1], #1\n" \
    "strb r4, [r2], #1\n" \
    "strb r5, [r1], #1\n" \
    "strb r6, [r2], #1\n" \
    "strb r7, [r1], #1\n" \
    "strb r8, [r2], #1\n" \
    "strb r9, [r1], #1\n" \
    "strb r10, [r2], #1\n" \
    "str r0, [sp, #52]\n" \
    "str r1, [sp, #56]\n" \
    "str r2, [sp, #60]\n" \
    "ldr r0, [sp, #8]\n" \
    "bgt 1b\n" \
    "19:\n" \
    "pop {r0-r11, pc}\n" \
    "6:\n" \
    "ldr r12, [sp, #52]\n" \
    "add r1, r1, r12, lsl #3\n" \
    MCUQ_NEXT_CHANNEL \
    "cmp r12, #2\n" \
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
    MCUQ_CHANNEL_LEFT("r9", "r10", "14", "10") \
    MCUQ_CHANNEL_LEFT("r7", "r8", "15", "11") \
    MCUQ_CHANNEL_LEFT("r5", "r6", "16", "12") \
    MCUQ_CHANNEL_LEFT("r3", "r4", "17", "13")

/* clang-format on */

#endif
