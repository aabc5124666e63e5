/* Assembly shared by the depthwise kernels with nine taps on the vector extension: four channels a
 * step, one in each 32-bit lane.
 *
 * r0 taps, r1 and r7 weights, r2 and r11 channel groups, r3 output end, r4 the number 4, r5 the
 * output zero point, lr groups left; q0 sums, q6 the channels' order, q7 the channels' offsets.
 * Stack: q4-q7, eight saved registers and lr, then the arguments width, pixels, step, count, zero.
 */
#ifndef MCUQ_DEPTHWISE_MVE_H
#define MCUQ_DEPTHWISE_MVE_H

/* clang-format off */

#define MCUQ_VECTOR_PIXELS_BEGIN \
    "push {r4-r11, lr}\n" \
    "vpush {d8-d15}\n" \
    "adr r5, 9f\n" \
    "vldrw.u32 q6, [r5]\n" \
    "ldr r5, [sp, #116]\n" \
    "subs r5, r5, #128\n" \
    "movs r4, #4\n" \
    "0:\n" \
    "ldr r6, [sp, #100]\n" \
    "mov r7, r1\n" \
    "mov r11, r2\n" \
    "lsrs lr, r6, #2\n" \
    "rsbs r6, r6, #0\n" \
    "vadd.i32 q7, q6, r6\n" \
    "dls lr, lr\n" \
    "1:\n" \
    "ldmia r0!, {r8-r10}\n"

/* The sums in q0 become outputs, all in the way of slow groups (mcuq_kernels.h): of others twice the
 * product is shifted to the right by one more. */
#define MCUQ_VECTOR_GROUP_END \
    "vldrw.u32 q2, [r11, q6, uxtw #2]\n" \
    "subs r0, r0, #36\n" \
    "vshr.s32 q1, q2, #8\n" \
    "adds r11, r11, #16\n" \
    "vadd.i32 q0, q0, q1\n" \
    "vldrw.u32 q1, [r11, q6, uxtw #2]\n" \
    "vshl.i32 q3, q2, #25\n" \
    "vshr.u32 q3, q3, #30\n" \
    "vshl.s32 q0, q0, q3\n" \
    "vrmulh.s32 q1, q0, q1\n" \
    "vshl.i32 q3, q2, #24\n" \
    "vshr.s32 q3, q3, #31\n" \
    "vshl.i32 q2, q2, #27\n" \
    "vshr.u32 q2, q2, #27\n" \
    "vadd.i32 q2, q2, q3\n" \
    "vmvn q2, q2\n" \
    "vadd.i32 q1, q1, q0\n" \
    "vshr.s32 q0, q0, #31\n" \
    "vadd.i32 q0, q0, q1\n" \
    "vadd.i32 q0, q0, q1\n" \
    "vrshl.s32 q0, q0, q2\n" \
    "vadd.i32 q0, q0, r5\n" \
    "vqmovnb.s32 q0, q0\n" \
    "vqmovnb.s16 q0, q0\n" \
    "vstrb.32 q0, [r3, q7]\n" \
    "vadd.i32 q7, q7, r4\n" \
    "adds r11, r11, #16\n" \
    "le lr, 1b\n"

#define MCUQ_VECTOR_MOVE_THREE \
    "ldmia r0, {r6-r8}\n" \
    "ldmia r12!, {r9-r11}\n" \
    "add r6, r6, r9\n" \
    "add r7, r7, r10\n" \
    "add r8, r8, r11\n" \
    "stmia r0!, {r6-r8}\n"

/* order: the channels in the order of the weights. */
#define MCUQ_VECTOR_PIXELS_END(order) \
    "ldrd r6, r7, [sp, #104]\n" \
    "subs r6, r6, #1\n" \
    "beq 2f\n" \
    "str r6, [sp, #104]\n" \
    "add r3, r3, r7\n" \
    "add r12, r0, #36\n" \
    MCUQ_VECTOR_MOVE_THREE MCUQ_VECTOR_MOVE_THREE MCUQ_VECTOR_MOVE_THREE \
    "subs r0, r0, #36\n" \
    "b 0b\n" \
    "2:\n" \
    "vpop {d8-d15}\n" \
    "pop {r4-r11, pc}\n" \
    ".align 2\n" \
    "9:\n" \
    ".word " order "\n"

/* clang-format on */

#endif
