/* Assembly shared by the depthwise kernels with nine taps: registers and the end of a group.
 *
 * r0 taps, r1 weights, r2 channel groups, r3 channel offset counting up to 0, r4-r7 sums of the
 * group's channels. Stack: weights, channel groups, end of the output pixel, eight saved registers
 * and lr, then the arguments width, pixels, step, count, zero_point, of which the last becomes the
 * centre in both halves of a word. Orders of instructions: see mcuq_multiply_dsp.h.
 */
#ifndef MCUQ_DEPTHWISE_DSP_H
#define MCUQ_DEPTHWISE_DSP_H

/* clang-format off */

/* The words bias_shift of a group. */
#define MCUQ_BIAS_SHIFTS(a, b, c, d) \
    "ldr " a ", [r2]\n" \
    "ldr " b ", [r2, #4]\n" \
    "ldr " c ", [r2, #8]\n" \
    "ldr " d ", [r2, #12]\n"

/* The biases of the words in r8-r11 join the sums, doubled. */
#define MCUQ_ADD_BIASES \
    "asr r12, r8, #8\n" \
    "asr lr, r9, #8\n" \
    "add r4, r12, r4, lsl #1\n" \
    "add r5, lr, r5, lsl #1\n" \
    "asr r12, r10, #8\n" \
    "asr lr, r11, #8\n" \
    "add r6, r12, r6, lsl #1\n" \
    "add r7, lr, r7, lsl #1\n"

#define MCUQ_M(m, at) "ldr " m ", [r2, #" at "]\n"
#define MCUQ_HIGH(sum, m) "smmulr " m ", " sum ", " m "\n"
#define MCUQ_DOWN(sum, high, shift, beside) \
    "add " sum ", " high ", " sum ", asr #31\n" \
    beside \
    "asr " sum ", " sum ", " shift "\n"

/* Twice the outputs in r4-r7, to 16 bits, but for the centre, which comes to lr. A shift is the
 * lowest byte of its word. */
#if defined(MCUQ_DUAL_ISSUE)

#define MCUQ_FINISH_FOUR \
    MCUQ_M("lr", "20") \
    MCUQ_HIGH("r4", "r12") \
    MCUQ_DOWN("r4", "r12", "r8", MCUQ_M("r12", "24")) \
    MCUQ_HIGH("r5", "lr") MCUQ_M("r8", "28") \
    MCUQ_DOWN("r5", "lr", "r9", "ldr lr, [sp, #64]\n") \
    MCUQ_HIGH("r6", "r12") \
    MCUQ_DOWN("r6", "r12", "r10", "") \
    MCUQ_HIGH("r7", "r8") \
    MCUQ_DOWN("r7", "r8", "r11", "")

#else

#define MCUQ_FINISH_FOUR \
    MCUQ_M("lr", "20") \
    MCUQ_HIGH("r4", "r12") \
    MCUQ_DOWN("r4", "r12", "r8", "") \
    MCUQ_HIGH("r5", "lr") \
    MCUQ_DOWN("r5", "lr", "r9", "") \
    MCUQ_M("r12", "24") \
    MCUQ_M("r8", "28") \
    "ldr lr, [sp, #64]\n" \
    MCUQ_HIGH("r6", "r12") \
    MCUQ_DOWN("r6", "r12", "r10", "") \
    MCUQ_HIGH("r7", "r8") \
    MCUQ_DOWN("r7", "r8", "r11", "")

#endif

/* Outputs for any shift and size: the sums take turns in r4. */
#define MCUQ_FINISH_ANY \
    "mov lr, #4\n" \
    "7:\n" \
    "ldr r9, [r2, #16]\n" \
    "ldr r8, [r2], #4\n" \
    "ldrh r10, [sp, #64]\n" \
    "sbfx r8, r8, #0, #6\n" \
    "cmp r8, #0\n" \
    "blt 4f\n" \
    MCUQ_HIGH("r4", "r9") \
    MCUQ_DOWN("r4", "r9", "r8", "") \
    "add r4, r4, r10\n" \
    "usat r4, #8, r4, asr #1\n" \
    "b 5f\n" \
    "4:\n" \
    "mvn r8, r8\n" \
    "lsl r4, r4, r8\n" \
    "lsr r10, r10, #1\n" \
    "smmlar r4, r4, r9, r10\n" \
    "usat r4, #8, r4\n" \
    "5:\n" \
    "mov r8, r4\n" \
    "mov r4, r5\n" \
    "mov r5, r6\n" \
    "mov r6, r7\n" \
    "mov r7, r8\n" \
    "subs lr, lr, #1\n" \
    "bne 7b\n" \
    "subs r2, r2, #16\n" \
    "orr r4, r4, r6, lsl #16\n" \
    "orr r5, r5, r7, lsl #16\n"

#define MCUQ_PIXELS_BEGIN \
    "push {r1-r11, lr}\n" \
    "ldr r4, [sp, #64]\n" \
    "lsls r4, r4, #1\n" \
    "addw r4, r4, #257\n" \
    "pkhbt r4, r4, r4, lsl #16\n" \
    "str r4, [sp, #64]\n" \
    "0:\n" \
    "ldr r1, [sp]\n" \
    "ldr r2, [sp, #4]\n" \
    "ldr r3, [sp, #48]\n" \
    "rsbs r3, r3, #0\n" \
    "1:\n"

/* Outputs are saturated as offset binary and stored as one word. */
#define MCUQ_GROUP_END(add_biases) \
    MCUQ_BIAS_SHIFTS("r8", "r9", "r10", "r11") \
    "subs r0, r0, #36\n" \
    add_biases \
    MCUQ_M("r12", "16") \
    "tst r8, #64\n" \
    "bne 3f\n" \
    MCUQ_FINISH_FOUR \
    "pkhbt r4, r4, r6, lsl #16\n" \
    "pkhbt r5, r5, r7, lsl #16\n" \
    "shadd16 r4, r4, lr\n" \
    "shadd16 r5, r5, lr\n" \
    "usat16 r4, #8, r4\n" \
    "usat16 r5, #8, r5\n" \
    "2:\n" \
    "ldr lr, [sp, #8]\n" \
    "orr r4, r4, r5, lsl #8\n" \
    "adds r2, r2, #32\n" \
    "eor r4, r4, #0x80808080\n" \
    "str r4, [lr, r3]\n" \
    "adds r3, r3, #4\n" \
    "bne 1b\n"

#define MCUQ_MOVE_THREE \
    "ldmia r0, {r4-r6}\n" \
    "ldmia lr!, {r8-r10}\n" \
    "add r4, r4, r8\n" \
    "add r5, r5, r9\n" \
    "add r6, r6, r10\n" \
    "stmia r0!, {r4-r6}\n"

#define MCUQ_PIXELS_END \
    "ldrd r5, r6, [sp, #52]\n" \
    "subs r5, r5, #1\n" \
    "beq 6f\n" \
    "str r5, [sp, #52]\n" \
    "ldr r4, [sp, #8]\n" \
    "add r4, r4, r6\n" \
    "str r4, [sp, #8]\n" \
    "add lr, r0, #36\n" \
    MCUQ_MOVE_THREE MCUQ_MOVE_THREE MCUQ_MOVE_THREE \
    "subs r0, r0, #36\n" \
    "b 0b\n" \
    "6:\n" \
    "pop {r1-r11, pc}\n" \
    "3:\n" \
    MCUQ_FINISH_ANY \
    "b 2b\n"

/* clang-format on */

#endif
