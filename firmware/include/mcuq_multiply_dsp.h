/* Assembly shared by mcuq_multiply_s8 and _s4 on the DSP extension: everything but the products.
 *
 * r0 weights, r1 columns, r2 their end, r3-r10 nested sums (channel a to d, two columns each).
 * Stack: eight sums, columns, their end, weights, channels, eight saved registers and lr, then the
 * arguments outputs, first, second.
 */
#ifndef MCUQ_MULTIPLY_DSP_H
#define MCUQ_MULTIPLY_DSP_H

/* clang-format off */

/* Whole columns are behind their two words of header. */
#define MCUQ_MULTIPLY_BEGIN \
    "push {r0-r11, lr}\n" \
    "sub sp, sp, #32\n" \
    "adds r1, r1, #2\n" \
    "add r1, r0, r1, lsl #2\n" \
    "str r1, [sp, #36]\n" \
    "mov r0, r2\n" \
    "1:\n" \
    "ldrd r1, r2, [sp, #32]\n"

/* `take_pair` takes two words of columns; the loop takes eight inputs, entered halfway where the
 * depth is an odd multiple of four. */
#define MCUQ_MULTIPLY_LOOP(take_pair) \
    "sub r12, r2, r1\n" \
    "tst r12, #16\n" \
    "bne 3f\n" \
    "2:\n" \
    take_pair take_pair \
    "3:\n" \
    take_pair take_pair \
    "cmp r1, r2\n" \
    "bne 2b\n"

/* One output: r4 doubled bias, r5 multiplier, r6 rounding, r7 shift. */
#define MCUQ_SHIFT_RIGHT(sum) \
    "add " sum ", r4, " sum ", lsl #1\n" \
    "smmulr " sum ", " sum ", r5\n" \
    "add " sum ", " sum ", " sum ", asr #31\n" \
    "add " sum ", " sum ", r6\n" \
    "asr " sum ", " sum ", r7\n"

/* The same with r7 = how far to the left. */
#define MCUQ_SHIFT_LEFT(sum) \
    "add " sum ", r4, " sum ", lsl #1\n" \
    "lsl " sum ", " sum ", r7\n" \
    "smmulr " sum ", " sum ", r5\n" \
    "add " sum ", " sum ", r6\n"

/* The sums of r3-r10 become up to four channels' outputs: 10 instructions an output. r1 channels,
 * r2 and r3 outputs, r8 and r9 a channel's sums, r10 channels of the group left, r11 sums, r12
 * channels left. */
#define MCUQ_MULTIPLY_END \
    "stmia sp, {r3-r10}\n" \
    "mov r11, sp\n" \
    "ldr r1, [sp, #44]\n" \
    "ldr r12, [sp, #84]\n" \
    "ldrd r2, r3, [sp, #88]\n" \
    "movs r10, #4\n" \
    "cmp r12, #4\n" \
    "it lt\n" \
    "movlt r10, r12\n" \
    "4:\n" \
    "ldmia r1!, {r4-r7}\n" \
    "ldrd r8, r9, [r11], #8\n" \
    "cmp r7, #0\n" \
    "ble 6f\n" \
    MCUQ_SHIFT_RIGHT("r8") \
    MCUQ_SHIFT_RIGHT("r9") \
    "5:\n" \
    "ssat r8, #8, r8\n" \
    "ssat r9, #8, r9\n" \
    "strb r8, [r2], #1\n" \
    "strb r9, [r3], #1\n" \
    "subs r10, r10, #1\n" \
    "bne 4b\n" \
    "str r1, [sp, #44]\n" \
    "strd r2, r3, [sp, #88]\n" \
    "subs r12, r12, #4\n" \
    "str r12, [sp, #84]\n" \
    "bgt 1b\n" \
    "add sp, sp, #32\n" \
    "pop {r0-r11, pc}\n" \
    "6:\n" \
    "rsbs r7, r7, #0\n" \
    MCUQ_SHIFT_LEFT("r8") \
    MCUQ_SHIFT_LEFT("r9") \
    "b 5b\n"

/* clang-format on */

#endif
