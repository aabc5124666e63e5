/* Assembly shared by the depthwise kernels with nine taps: registers and the end of a group.
 *
 * r0 taps, r1 weights, r2 channel groups, r3 channel offset counting up to 0, r4-r7 doubled sums
 * of the group's channels. Stack: weights, channel groups, end of the output pixel, eight saved
 * registers and lr, then the arguments width, pixels, step, count. Orders of instructions: see
 * mcuq_multiply_dsp.h.
 */
#ifndef MCUQ_DEPTHWISE_DSP_H
#define MCUQ_DEPTHWISE_DSP_H

/* clang-format off */

/* Multiplier, rounding and shift of one of the group's channels. */
#define MCUQ_M(m, at) "ldr " m ", [r2, #" at "]\n"

/* The high product of a doubled sum joins the rounding: mcuq_rounded_high. */
#define MCUQ_HIGH(sum, m, rounding) "smmlar " rounding ", " sum ", " m ", " rounding "\n"
#define MCUQ_DOWN(sum, high, shift, beside) \
    "add " sum ", " high ", " sum ", asr #31\n" \
    beside \
    "asr " sum ", " sum ", " shift "\n"

#if defined(MCUQ_DUAL_ISSUE)

#define MCUQ_FINISH_FOUR \
    MCUQ_M("r11", "28") \
    MCUQ_HIGH("r4", "r8", "r9") MCUQ_M("r12", "32") \
    MCUQ_M("lr", "36") \
    MCUQ_HIGH("r5", "r11", "r12") MCUQ_M("r8", "40") \
    MCUQ_M("r11", "52") \
    MCUQ_DOWN("r4", "r9", "r10", MCUQ_M("r9", "44")) MCUQ_M("r10", "48") \
    MCUQ_HIGH("r6", "r8", "r9") \
    MCUQ_DOWN("r5", "r12", "lr", MCUQ_M("r12", "56")) MCUQ_M("lr", "60") \
    MCUQ_HIGH("r7", "r11", "r12") \
    MCUQ_DOWN("r6", "r9", "r10", "") \
    MCUQ_DOWN("r7", "r12", "lr", "")

#else

#define MCUQ_FINISH_NEXT(sum, m, rounding, shift) \
    MCUQ_M("r8", m) MCUQ_M("r9", rounding) MCUQ_M("r10", shift) \
    MCUQ_HIGH(sum, "r8", "r9") \
    MCUQ_DOWN(sum, "r9", "r10", "")

#define MCUQ_FINISH_FOUR \
    MCUQ_HIGH("r4", "r8", "r9") \
    MCUQ_DOWN("r4", "r9", "r10", "") \
    MCUQ_FINISH_NEXT("r5", "28", "32", "36") \
    MCUQ_FINISH_NEXT("r6", "40", "44", "48") \
    MCUQ_FINISH_NEXT("r7", "52", "56", "60")

#endif

/* The same for any shift and size: the sums take turns in r4. */
#define MCUQ_FINISH_ANY \
    "adds r2, r2, #16\n" \
    "mov lr, #4\n" \
    "7:\n" \
    "ldmia r2!, {r8-r10}\n" \
    "sxtb r10, r10\n" \
    "cmp r10, #0\n" \
    "ble 4f\n" \
    MCUQ_HIGH("r4", "r8", "r9") \
    MCUQ_DOWN("r4", "r9", "r10", "") \
    "b 5f\n" \
    "4:\n" \
    "rsb r10, r10, #0\n" \
    "lsl r4, r4, r10\n" \
    "smmlar r4, r4, r8, r9\n" \
    "5:\n" \
    "ssat r8, #16, r4\n" \
    "mov r4, r5\n" \
    "mov r5, r6\n" \
    "mov r6, r7\n" \
    "mov r7, r8\n" \
    "subs lr, lr, #1\n" \
    "bne 7b\n" \
    "subs r2, r2, #64\n"

#define MCUQ_PIXELS_BEGIN \
    "push {r1-r11, lr}\n" \
    "0:\n" \
    "ldr r1, [sp]\n" \
    "ldr r2, [sp, #4]\n" \
    "ldr r3, [sp, #48]\n" \
    "rsbs r3, r3, #0\n" \
    "1:\n"

/* Outputs are saturated as offset binary, two a register, and stored as one word. */
#define MCUQ_GROUP_END \
    "subs r0, r0, #36\n" \
    MCUQ_M("r8", "16") MCUQ_M("r9", "20") MCUQ_M("r10", "24") \
    "tst r10, #256\n" \
    "bne 3f\n" \
    MCUQ_FINISH_FOUR \
    "2:\n" \
    "pkhbt r4, r4, r6, lsl #16\n" \
    "pkhbt r5, r5, r7, lsl #16\n" \
    "usat16 r4, #8, r4\n" \
    "usat16 r5, #8, r5\n" \
    "ldr lr, [sp, #8]\n" \
    "orr r4, r4, r5, lsl #8\n" \
    "adds r2, r2, #64\n" \
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
