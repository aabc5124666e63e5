/* Assembly shared by mcuq_multiply_s8 and _s4 on the vector extension: everything but the products.
 *
 * r7 weights, r9 columns, r5 words left; nested sums of channels a to d, two columns each: r0 r2,
 * r4 r6, r8 r10, r12 lr. At a group's end q0 and q1 are the sums of the two pixels, q5 the channels'
 * factors, q7 their shifts (to the left), q4 masks of those to the right, r0 the output zero point.
 * Stack: q4-q7, columns, words, weights, channels, eight saved registers and lr, then the arguments
 * outputs, first, second, zero_point.
 */
#ifndef MCUQ_MULTIPLY_MVE_H
#define MCUQ_MULTIPLY_MVE_H

/* clang-format off */

#define MCUQ_VECTOR_MULTIPLY_BEGIN \
    "push {r0-r11, lr}\n" \
    "vpush {d8-d15}\n" \
    "mov r7, r2\n" \
    "1:\n" \
    "ldrd r9, r5, [sp, #64]\n"

/* `step` takes eight words of columns, `take_pair` two, for what is left of eight inputs. */
#define MCUQ_VECTOR_MULTIPLY_LOOP(step, take_pair) \
    "subs r5, r5, #16\n" \
    "blt 3f\n" \
    "2:\n" \
    step \
    step \
    "subs r5, r5, #16\n" \
    "bge 2b\n" \
    "3:\n" \
    "adds r5, r5, #8\n" \
    "blt 4f\n" \
    step \
    "subs r5, r5, #8\n" \
    "4:\n" \
    "adds r5, r5, #8\n" \
    "beq 6f\n" \
    "5:\n" \
    "ldrd r1, r3, [r9], #8\n" \
    take_pair \
    "subs r5, r5, #2\n" \
    "bne 5b\n" \
    "6:\n"

/* The outputs of a pixel in q0 or q1, rounded as they are shifted. The sign counts only where
 * something is shifted out to the right. */
#define MCUQ_VECTOR_SCALE(sums) \
    "vrmulh.s32 q2, " sums ", q5\n" \
    "vshr.s32 q3, " sums ", #31\n" \
    "vadd.i32 " sums ", " sums ", q2\n" \
    "vand q3, q3, q4\n" \
    "vadd.i32 " sums ", " sums ", q3\n" \
    "vrshl.s32 " sums ", " sums ", q7\n" \
    "vadd.i32 " sums ", " sums ", r0\n" \
    "vqmovnb.s32 " sums ", " sums "\n" \
    "vqmovnb.s16 " sums ", " sums "\n"

/* Fewer than four channels left are stored under a mask. */
#define MCUQ_VECTOR_MULTIPLY_END \
    "ldr r11, [sp, #76]\n" \
    "ldrd r1, r3, [sp, #120]\n" \
    "vmov q0[2], q0[0], r0, r8\n" \
    "vmov q0[3], q0[1], r4, r12\n" \
    "vmov q1[2], q1[0], r2, r10\n" \
    "vmov q1[3], q1[1], r6, lr\n" \
    "vld20.32 {q4, q5}, [r11]\n" \
    "vld21.32 {q4, q5}, [r11]!\n" \
    "ldr r0, [sp, #128]\n" \
    "vmov.i32 q3, #0\n" \
    "vmovlb.s8 q7, q4\n" \
    "vshr.s32 q4, q4, #8\n" \
    "vmovlb.s16 q7, q7\n" \
    "vadd.i32 q0, q0, q4\n" \
    "vadd.i32 q1, q1, q4\n" \
    "vmvn q2, q7\n" \
    "vneg.s32 q7, q7\n" \
    "vmax.s32 q2, q2, q3\n" \
    "vmin.s32 q7, q7, q3\n" \
    "vshl.s32 q0, q0, q2\n" \
    "vshl.s32 q1, q1, q2\n" \
    "vshr.s32 q4, q7, #31\n" \
    MCUQ_VECTOR_SCALE("q0") \
    MCUQ_VECTOR_SCALE("q1") \
    "ldr r5, [sp, #116]\n" \
    "subs r6, r5, #4\n" \
    "blt 7f\n" \
    "vstrb.32 q0, [r1], #4\n" \
    "vstrb.32 q1, [r3], #4\n" \
    "str r11, [sp, #76]\n" \
    "strd r1, r3, [sp, #120]\n" \
    "str r6, [sp, #116]\n" \
    "bne 1b\n" \
    "b 8f\n" \
    "7:\n" \
    "vctp.32 r5\n" \
    "vpst\n" \
    "vstrbt.32 q0, [r1]\n" \
    "vpst\n" \
    "vstrbt.32 q1, [r3]\n" \
    "8:\n" \
    "vpop {d8-d15}\n" \
    "pop {r0-r11, pc}\n"

/* clang-format on */

#endif
