/* Assembly shared by the depthwise kernels with nine taps: registers and the end of a group.
 *
 * r0 taps, r1 weights, r2 channel groups, r3 channel offset counting up to 0, r4-r7 doubled sums
 * of the group's channels. Stack: weights, channel groups, end of the output pixel, eight saved
 * registers and lr, then the arguments width, pixels, step, count.
 */
#ifndef MCUQ_DEPTHWISE_DSP_H
#define MCUQ_DEPTHWISE_DSP_H

/* clang-format off */

/* One channel's doubled sum with its multiplier r8, rounding r9 and shift r10. */
#define MCUQ_FINISH(sum) \
    "smmulr " sum ", " sum ", r8\n" \
    "add " sum ", " sum ", " sum ", asr #31\n" \
    "add " sum ", " sum ", r9\n" \
    "asr " sum ", " sum ", r10\n"

/* The same for all four channels and any shift and size: the sums take turns in r4. */
#define MCUQ_FINISH_ANY \
    "subs r2, r2, #12\n" \
    "mov lr, #4\n" \
    "7:\n" \
    "ldmia r2!, {r8-r10}\n" \
    "sxtb r10, r10\n" \
    "cmp r10, #0\n" \
    "ble 4f\n" \
    MCUQ_FINISH("r4") \
    "b 5f\n" \
    "4:\n" \
    "rsb r10, r10, #0\n" \
    "lsl r4, r4, r10\n" \
    "smmulr r4, r4, r8\n" \
    "add r4, r4, r9\n" \
    "5:\n" \
    "ssat r8, #16, r4\n" \
    "mov r4, r5\n" \
    "mov r5, r6\n" \
    "mov r6, r7\n" \
    "mov r7, r8\n" \
    "subs lr, lr, #1\n" \
    "bne 7b\n"

#define MCUQ_PIXELS_BEGIN \
    "push {r1-r11, lr}\n" \
    "0:\n" \
    "ldrd r1, r2, [sp]\n" \
    "ldr r3, [sp, #48]\n" \
    "rsbs r3, r3, #0\n" \
    "1:\n"

/* Outputs are saturated as offset binary, two a register, and stored as one word. */
#define MCUQ_GROUP_END \
    "ldmia r2!, {r8-r10}\n" \
    "tst r10, #256\n" \
    "bne 3f\n" \
    MCUQ_FINISH("r4") \
    "ldmia r2!, {r8-r10}\n" \
    MCUQ_FINISH("r5") \
    "ldmia r2!, {r8-r10}\n" \
    MCUQ_FINISH("r6") \
    "ldmia r2!, {r8-r10}\n" \
    MCUQ_FINISH("r7") \
    "2:\n" \
    "pkhbt r4, r4, r6, lsl #16\n" \
    "pkhbt r5, r5, r7, lsl #16\n" \
    "usat16 r4, #8, r4\n" \
    "usat16 r5, #8, r5\n" \
    "ldr lr, [sp, #8]\n" \
    "orr r4, r4, r5, lsl #8\n" \
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
