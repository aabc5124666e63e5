/* A run of pixels of a depthwise convolution with nine taps, four channels at a time. */
#include "mcuq_weighted.h"

#if defined(__ARM_FEATURE_DSP)

/* The parameters are known to the assembly only. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

/* clang-format off */
#define LOAD(x) \
    "ldr " x ", [" x ", r3]\n" \
    "ldr r11, [r1], #4\n" \
    "sxtb16 r12, " x "\n" \
    "sxtb16 lr, r11\n" \
    "sxtb16 " x ", " x ", ror #8\n" \
    "sxtb16 r11, r11, ror #8\n"

#define FIRST_TAP(x) \
    LOAD(x) \
    "smulbb r4, r12, lr\n" \
    "smultt r6, r12, lr\n" \
    "smulbb r5, " x ", r11\n" \
    "smultt r7, " x ", r11\n"

#define TAP(x) \
    LOAD(x) \
    "smlabb r4, r12, lr, r4\n" \
    "smlatt r6, r12, lr, r6\n" \
    "smlabb r5, " x ", r11, r5\n" \
    "smlatt r7, " x ", r11, r7\n"

/* All shifts of the group are to the right. */
#define FINISH(sum) \
    "add " sum ", r8, " sum ", lsl #1\n" \
    "smmulr " sum ", " sum ", r9\n" \
    "add " sum ", " sum ", " sum ", asr #31\n" \
    "add " sum ", " sum ", r10\n" \
    "asr " sum ", " sum ", r11\n" \
    "ssat " sum ", #8, " sum "\n"

#define FINISH_ANY(sum) \
    "ldmia r2!, {r8-r11}\n" \
    "sxtb r11, r11\n" \
    "add " sum ", r8, " sum ", lsl #1\n" \
    "cmp r11, #0\n" \
    "ble 4f\n" \
    "smmulr " sum ", " sum ", r9\n" \
    "add " sum ", " sum ", " sum ", asr #31\n" \
    "add " sum ", " sum ", r10\n" \
    "asr " sum ", " sum ", r11\n" \
    "b 5f\n" \
    "4:\n" \
    "rsb r11, r11, #0\n" \
    "lsl " sum ", " sum ", r11\n" \
    "smmulr " sum ", " sum ", r9\n" \
    "add " sum ", " sum ", r10\n" \
    "5:\n" \
    "ssat " sum ", #8, " sum "\n"

#define MOVE_THREE \
    "ldmia r0, {r4-r6}\n" \
    "ldmia lr!, {r8-r10}\n" \
    "add r4, r4, r8\n" \
    "add r5, r5, r9\n" \
    "add r6, r6, r10\n" \
    "stmia r0!, {r4-r6}\n"

/* r0 taps, r1 weights, r2 channels, r3 channel offset counting up to 0, r4-r7 sums of the group,
 * r8-r11 taps' inputs and weights, then a channel's words; r12 and lr unpacked inputs and
 * weights. Stack: weights, channels, output, eight saved registers and lr, then the arguments.
 * 132 instructions for 36 multiply-accumulates, 32 more a pixel. */
__attribute__((naked)) void mcuq_depthwise_run_9(const int8_t **taps, const int32_t *weights,
    const mcuq_channel *channels, int8_t *output, int32_t width, int32_t pixels, int32_t step)
{
    __asm__ volatile(
        "push {r1-r11, lr}\n"
        "0:\n"
        "ldrd r1, r2, [sp]\n"
        "ldr r3, [sp, #48]\n"
        "rsbs r3, r3, #0\n"
        "1:\n"
        "ldmia r0!, {r8-r10}\n"
        FIRST_TAP("r8") TAP("r9") TAP("r10")
        "ldmia r0!, {r8-r10}\n"
        TAP("r8") TAP("r9") TAP("r10")
        "ldmia r0!, {r8-r10}\n"
        TAP("r8") TAP("r9") TAP("r10")
        "subs r0, r0, #36\n"
        "ldmia r2!, {r8-r11}\n"
        "tst r11, #256\n"
        "bne 3f\n"
        FINISH("r4")
        "ldmia r2!, {r8-r11}\n"
        FINISH("r5")
        "ldmia r2!, {r8-r11}\n"
        FINISH("r6")
        "ldmia r2!, {r8-r11}\n"
        FINISH("r7")
        "2:\n"
        "ldr lr, [sp, #8]\n"
        "strb r4, [lr], #1\n"
        "strb r5, [lr], #1\n"
        "strb r6, [lr], #1\n"
        "strb r7, [lr], #1\n"
        "str lr, [sp, #8]\n"
        "adds r3, r3, #4\n"
        "bne 1b\n"
        "add lr, r0, #36\n"
        MOVE_THREE MOVE_THREE MOVE_THREE
        "subs r0, r0, #36\n"
        "ldr r4, [sp, #8]\n"
        "ldrd r5, r6, [sp, #52]\n"
        "add r4, r4, r6\n"
        "str r4, [sp, #8]\n"
        "subs r5, r5, #1\n"
        "str r5, [sp, #52]\n"
        "bne 0b\n"
        "pop {r1-r11, pc}\n"
        "3:\n"
        "subs r2, r2, #16\n"
        FINISH_ANY("r4") FINISH_ANY("r5") FINISH_ANY("r6") FINISH_ANY("r7")
        "b 2b\n");
}
/* clang-format on */

#else

void mcuq_depthwise_run_9(const int8_t **taps, const int32_t *weights, const mcuq_channel *channels,
    int8_t *output, int32_t width, int32_t pixels, int32_t step)
{
    const intptr_t *moves = (const intptr_t *)(taps + 9);
    for (; pixels > 0; pixels--) {
        for (int32_t c = 0; c < width; c += 4) {
            mcuq_depthwise_group(
                taps, 9, c - width, weights + 9 * (c / 4), channels + c, output + c, 4);
        }
        for (int32_t tap = 0; tap < 9; tap++) {
            taps[tap] += moves[tap];
        }
        output += width + step;
    }
}

#endif
