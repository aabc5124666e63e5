/* Assembly shared by mcuq_dot_4x1_s8, _s4 and _s2 on the DSP extension: everything but the products.
 *
 * r0 weights, r1 input, r2 its end, r4-r7 nested sums of channels a to d; r3 and r8-r12 and lr are
 * free for inputs and weights. Orders of instructions: see mcuq_multiply_dsp.h.
 */
#ifndef MCUQ_DOT_DSP_H
#define MCUQ_DOT_DSP_H

/* clang-format off */

/* The fifth argument is behind ten saved registers. */
#define MCUQ_DOT_BEGIN \
    "push {r3-r11, lr}\n" \
    "add r2, r1, r2, lsl #2\n"

#define MCUQ_DOT_END \
    "ldr r3, [sp]\n" \
    "str r4, [r3]\n" \
    "str r5, [r3, #4]\n" \
    "str r6, [r3, #8]\n" \
    "str r7, [r3, #12]\n" \
    "pop {r3-r11, pc}\n"

#if defined(MCUQ_DUAL_ISSUE)

/* Every four inputs (r8, r9) load the first weights of the next four, whose word is in r3 by then;
 * `four` loads the word behind that, `loaded` does not, `last` has nothing behind it. The loop
 * takes eight, entered halfway where their number says so. */
#define MCUQ_DOT_LOOP(weights, four, loaded, last) \
    "cmp r1, r2\n" \
    "beq 4f\n" \
    weights \
    "ldr r9, [r1], #4\n" \
    "sxtb16 r8, r9\n" \
    "sxtb16 r9, r9, ror #8\n" \
    "cmp r1, r2\n" \
    "beq 3f\n" \
    "sub r12, r2, r1\n" \
    "ldr r3, [r1], #4\n" \
    "cmp r1, r2\n" \
    "beq 5f\n" \
    "tst r12, #4\n" \
    "beq 2f\n" \
    "1:\n" \
    four \
    "2:\n" \
    four \
    "cmp r1, r2\n" \
    "bne 1b\n" \
    "5:\n" \
    loaded \
    "3:\n" \
    last \
    "4:\n"

#else

/* The loop takes sixteen inputs, entered where their number says so. */
#define MCUQ_DOT_LOOP(four) \
    "subs r12, r2, r1\n" \
    "beq 5f\n" \
    "ands r12, r12, #12\n" \
    "beq 1f\n" \
    "cmp r12, #8\n" \
    "beq 3f\n" \
    "bgt 2f\n" \
    "b 4f\n" \
    "1:\n" \
    four \
    "2:\n" \
    four \
    "3:\n" \
    four \
    "4:\n" \
    four \
    "cmp r1, r2\n" \
    "bne 1b\n" \
    "5:\n"

#endif

/* clang-format on */

#endif
