/* Groups of four output channels of two pixels from two filled columns, int4 weights, sums and
 * outputs in one go on the vector extension. */
#include "mcuq_weighted.h"

#if defined(__ARM_FEATURE_MVE)

/* The parameters are known to the assembly only. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

/* clang-format off */
#define STEP \
    "vldrw.u32 q0, [r7], #16\n" \
    "vld20.32 {q2, q3}, [r9]\n" \
    "vld21.32 {q2, q3}, [r9]!\n" \
    "vmladava.s16 r12, q0, q2\n" \
    "vmladava.s16 lr, q0, q3\n" \
    "vbic.i16 q0, #0xF000\n" \
    "vmladava.s16 r8, q0, q2\n" \
    "vmladava.s16 r10, q0, q3\n" \
    "vmovlb.u8 q0, q0\n" \
    "vmladava.s16 r4, q0, q2\n" \
    "vmladava.s16 r6, q0, q3\n" \
    "vbic.i16 q0, #0x00F0\n" \
    "vmladava.s16 r0, q0, q2\n" \
    "vmladava.s16 r2, q0, q3\n"

/* Whole groups of four channels. r7 weights, r9 columns, r5 words left; nested sums of channels a
 * to d, two columns each: r0 r2, r4 r6, r8 r10, r12 lr. 14 instructions for 64
 * multiply-accumulates; what is left of eight inputs goes the DSP extension's way. Then q0 and q1
 * are the sums of the two pixels, q4-q7 the channels' biases, multipliers, roundings and shifts.
 * Stack: q4-q7, columns, words, weights, channels, eight saved registers and lr, then the
 * arguments groups, first, second. */
__attribute__((naked)) void mcuq_multiply_s4(const int32_t *columns, int32_t words,
    const int32_t *weights, const mcuq_channel *channels, int32_t groups, int8_t *first,
    int8_t *second)
{
    __asm__ volatile(
        "push {r0-r11, lr}\n"
        "vpush {d8-d15}\n"
        "mov r7, r2\n"
        "1:\n"
        "ldrd r9, r5, [sp, #64]\n"
        "ldrd r0, r2, [r9], #8\n"
        "add r4, r0, r0, lsl #4\n"
        "add r6, r2, r2, lsl #4\n"
        "add r8, r4, r0, lsl #8\n"
        "add r10, r6, r2, lsl #8\n"
        "mov r12, r8\n"
        "mov lr, r10\n"
        "subs r5, r5, #16\n"
        "blt 3f\n"
        "2:\n"
        STEP
        STEP
        "subs r5, r5, #16\n"
        "bge 2b\n"
        "3:\n"
        "adds r5, r5, #8\n"
        "blt 4f\n"
        STEP
        "subs r5, r5, #8\n"
        "4:\n"
        "adds r5, r5, #8\n"
        "beq 6f\n"
        "5:\n"
        "ldrd r1, r3, [r9], #8\n"
        "ldr r11, [r7], #4\n"
        "smlad r12, r11, r1, r12\n"
        "smlad lr, r11, r3, lr\n"
        "bic r11, r11, #0xF000F000\n"
        "smlad r8, r11, r1, r8\n"
        "smlad r10, r11, r3, r10\n"
        "uxtb16 r11, r11\n"
        "smlad r4, r11, r1, r4\n"
        "smlad r6, r11, r3, r6\n"
        "and r11, r11, #0x000F000F\n"
        "smlad r0, r11, r1, r0\n"
        "smlad r2, r11, r3, r2\n"
        "subs r5, r5, #2\n"
        "bne 5b\n"
        "6:\n"
        "sub r12, r12, r8\n"
        "sub lr, lr, r10\n"
        "asr r12, r12, #12\n"
        "asr lr, lr, #12\n"
        "sub r8, r8, r4\n"
        "sub r10, r10, r6\n"
        "asr r8, r8, #8\n"
        "asr r10, r10, #8\n"
        "sub r4, r4, r0\n"
        "sub r6, r6, r2\n"
        "asr r4, r4, #4\n"
        "asr r6, r6, #4\n"
        "ldr r11, [sp, #76]\n"
        "ldrd r1, r3, [sp, #120]\n"
        "vmov q0[2], q0[0], r0, r8\n"
        "vmov q0[3], q0[1], r4, r12\n"
        "vmov q1[2], q1[0], r2, r10\n"
        "vmov q1[3], q1[1], r6, lr\n"
        "vld40.32 {q4, q5, q6, q7}, [r11]\n"
        "vld41.32 {q4, q5, q6, q7}, [r11]\n"
        "vld42.32 {q4, q5, q6, q7}, [r11]\n"
        "vld43.32 {q4, q5, q6, q7}, [r11]!\n"
        "vmov.i32 q3, #0\n"
        "vneg.s32 q7, q7\n"
        "vshl.i32 q0, q0, #1\n"
        "vshl.i32 q1, q1, #1\n"
        "vadd.i32 q0, q0, q4\n"
        "vadd.i32 q1, q1, q4\n"
        "vmax.s32 q2, q7, q3\n"
        "vshr.s32 q4, q7, #31\n"
        "vmin.s32 q7, q7, q3\n"
        "vshl.s32 q0, q0, q2\n"
        "vshl.s32 q1, q1, q2\n"
        "vrmulh.s32 q0, q0, q5\n"
        "vrmulh.s32 q1, q1, q5\n"
        "vshr.s32 q3, q0, #31\n"
        "vand q3, q3, q4\n"
        "vadd.i32 q0, q0, q3\n"
        "vadd.i32 q0, q0, q6\n"
        "vshl.s32 q0, q0, q7\n"
        "vqmovnb.s32 q0, q0\n"
        "vqmovnb.s16 q0, q0\n"
        "vstrb.32 q0, [r1], #4\n"
        "vshr.s32 q3, q1, #31\n"
        "vand q3, q3, q4\n"
        "vadd.i32 q1, q1, q3\n"
        "vadd.i32 q1, q1, q6\n"
        "vshl.s32 q1, q1, q7\n"
        "vqmovnb.s32 q1, q1\n"
        "vqmovnb.s16 q1, q1\n"
        "vstrb.32 q1, [r3], #4\n"
        "str r11, [sp, #76]\n"
        "strd r1, r3, [sp, #120]\n"
        "ldr r5, [sp, #116]\n"
        "subs r5, r5, #1\n"
        "str r5, [sp, #116]\n"
        "bne 1b\n"
        "vpop {d8-d15}\n"
        "pop {r0-r11, pc}\n"
    );
}
/* clang-format on */

/* Other cores take mcuq_columns_4x2 as it is. */
#endif
