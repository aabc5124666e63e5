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
#define MCUQ_DOWN(sum, high, shift) \
    "add " sum ", " high ", " sum ", asr #31\n" \
    "asr " sum ", " sum ", " shift "\n"

#if defined(__OPTIMIZE_SIZE__)

/* All four for any shifts: the sums take turns in r4. */
#define MCUQ_FINISH_ANY \
    "adds r2, r2, #16\n" \
    "mov lr, #4\n" \
    "7:\n" \
    "ldmia r2!, {r8-r10}\n" \
    "sxtb r10, r10\n" \
    "cmp r10, #0\n" \
    "ble 4f\n" \
    MCUQ_HIGH("r4", "r8", "r9") \
    MCUQ_DOWN("r4", "r9", "r10") \
    "b 5f\n" \
    "4:\n" \
    "rsb r10, r10, #0\n" \
    "lsl r4, r4, r10\n" \
    "smmlar r4, r4, r8, r9\n" \
    "5:\n" \
    "mov r8, r4\n" \
    "mov r4, r5\n" \
    "mov r5, r6\n" \
    "mov r6, r7\n" \
    "mov r7, r8\n" \
    "subs lr, lr, #1\n" \
    "bne 7b\n" \
    "subs r2, r2, #64\n"

#else

/* All four for any shifts, two at a time. One is max(shift, 0) to the right (`right`), what is left
 * to the left; only behind the first a sum below zero counts: mcuq_output. */
#define MCUQ_ANY_TWO(first, second, shift_1, shift_2, m_1, m_2, rounding_1, rounding_2) \
    "ldrsb r10, [r2, #" shift_1 "]\n" \
    "ldrsb lr, [r2, #" shift_2 "]\n" \
    MCUQ_M("r9", rounding_1) \
    "bic r8, r10, r10, asr #31\n" \
    "bic r11, lr, lr, asr #31\n" \
    "sub r10, r8, r10\n" \
    MCUQ_M("r12", rounding_2) \
    "lsl " first ", " first ", r10\n" \
    MCUQ_M("r10", m_1) \
    "sub lr, r11, lr\n" \
    "lsl " second ", " second ", lr\n" \
    MCUQ_M("lr", m_2) \
    MCUQ_HIGH(first, "r10", "r9") \
    "rsb r10, r8, #0\n" \
    MCUQ_HIGH(second, "lr", "r12") \
    "rsb lr, r11, #0\n" \
    "and r10, r10, " first "\n" \
    "and lr, lr, " second "\n" \
    "add r9, r9, r10, asr #31\n" \
    "asr " first ", r9, r8\n" \
    "add r12, r12, lr, asr #31\n" \
    "asr " second ", r12, r11\n"

#define MCUQ_FINISH_ANY \
    MCUQ_ANY_TWO("r4", "r5", "24", "36", "16", "28", "20", "32") \
    MCUQ_ANY_TWO("r6", "r7", "48", "60", "40", "52", "44", "56")

#endif

#define MCUQ_PIXELS_BEGIN \
    "push {r1-r11, lr}\n" \
    "0:\n" \
    "ldr r1, [sp]\n" \
    "ldr r2, [sp, #4]\n" \
    "ldr r3, [sp, #48]\n" \
    "rsbs r3, r3, #0\n" \
    "1:\n"

/* Outputs are saturated as offset binary and stored as one word. */
#define MCUQ_JOIN_FOUR \
    "usat r4, #8, r4\n" \
    "usat r5, #8, r5\n" \
    "usat r6, #8, r6\n" \
    "orr r4, r4, r5, lsl #8\n" \
    "usat r7, #8, r7\n" \
    "orr r4, r4, r6, lsl #16\n" \
    "ldr r8, [sp, #8]\n" \
    "orr r4, r4, r7, lsl #24\n"

#if defined(MCUQ_DUAL_ISSUE)

#define MCUQ_M_TWO(first, second, at) "ldrd " first ", " second ", [r2, #" at "]\n"

/* Multiplications begin before it is known that all shifts go to the right: they leave the sums. */
#define MCUQ_FINISH_FOUR \
    MCUQ_M_TWO("r8", "r9", "16") \
    "subs r0, r0, #36\n" \
    MCUQ_M_TWO("r10", "r11", "24") \
    MCUQ_HIGH("r4", "r8", "r9") \
    MCUQ_M_TWO("r12", "lr", "32") \
    "tst r10, #512\n" \
    MCUQ_HIGH("r5", "r11", "r12") \
    "bne 3f\n" \
    "add r4, r9, r4, asr #31\n" \
    MCUQ_M_TWO("r8", "r9", "40") \
    "asr r4, r4, r10\n" \
    MCUQ_M_TWO("r10", "r11", "48") \
    "usat r4, #8, r4\n" \
    MCUQ_HIGH("r6", "r8", "r9") \
    "add r5, r12, r5, asr #31\n" \
    "asr r5, r5, lr\n" \
    MCUQ_M_TWO("r12", "lr", "56") \
    "usat r5, #8, r5\n" \
    MCUQ_HIGH("r7", "r11", "r12") \
    "add r6, r9, r6, asr #31\n" \
    "asr r6, r6, r10\n" \
    "ldr r8, [sp, #8]\n" \
    "usat r6, #8, r6\n" \
    "orr r4, r4, r5, lsl #8\n" \
    "add r7, r12, r7, asr #31\n" \
    "asr r7, r7, lr\n" \
    "orr r4, r4, r6, lsl #16\n" \
    "usat r7, #8, r7\n" \
    "adds r2, r2, #64\n" \
    "orr r4, r4, r7, lsl #24\n"

#define MCUQ_JOIN_ANY MCUQ_JOIN_FOUR "adds r2, r2, #64\n" "b 2b\n"
#define MCUQ_DOUBLED_BIASES(a, b, c, d) \
    "ldrd " a ", " b ", [r2]\n" \
    "ldrd " c ", " d ", [r2, #8]\n"

#else

/* Two channels' words at a time. */
#define MCUQ_FINISH_TWO(first, second) \
    MCUQ_HIGH(first, "r8", "r9") \
    MCUQ_HIGH(second, "r11", "r12") \
    MCUQ_DOWN(first, "r9", "r10") \
    MCUQ_DOWN(second, "r12", "lr")

#define MCUQ_FINISH_FOUR \
    "subs r0, r0, #36\n" \
    MCUQ_M("r8", "16") MCUQ_M("r9", "20") MCUQ_M("r10", "24") \
    MCUQ_M("r11", "28") MCUQ_M("r12", "32") MCUQ_M("lr", "36") \
    "tst r10, #512\n" \
    "bne 3f\n" \
    MCUQ_FINISH_TWO("r4", "r5") \
    MCUQ_M("r8", "40") MCUQ_M("r9", "44") MCUQ_M("r10", "48") \
    MCUQ_M("r11", "52") MCUQ_M("r12", "56") MCUQ_M("lr", "60") \
    MCUQ_FINISH_TWO("r6", "r7") \
    "8:\n" \
    MCUQ_JOIN_FOUR \
    "adds r2, r2, #64\n"

#define MCUQ_JOIN_ANY "b 8b\n"
#define MCUQ_DOUBLED_BIASES(a, b, c, d) \
    MCUQ_M(a, "0") MCUQ_M(b, "4") MCUQ_M(c, "8") MCUQ_M(d, "12")

#endif

#define MCUQ_GROUP_END \
    MCUQ_FINISH_FOUR \
    "2:\n" \
    "eor r4, r4, #0x80808080\n" \
    "str r4, [r8, r3]\n" \
    "adds r3, r3, #4\n" \
    "bne 1b\n"

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

#define MCUQ_PIXELS_END \
    "ldrd r5, r6, [sp, #52]\n" \
    "subs r5, r5, #1\n" \
    "beq 6f\n" \
    "str r5, [sp, #52]\n" \
    "ldr r4, [sp, #8]\n" \
    "add r4, r4, r6\n" \
    "str r4, [sp, #8]\n" \
    "add lr, r0, #36\n" \
    MCUQ_MOVE_NINE \
    "subs r0, r0, #36\n" \
    "b 0b\n" \
    "6:\n" \
    "pop {r1-r11, pc}\n" \
    "3:\n" \
    MCUQ_FINISH_ANY \
    MCUQ_JOIN_ANY

/* clang-format on */

#endif
