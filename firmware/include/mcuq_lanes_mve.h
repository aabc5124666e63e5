/* Assembly shared by mcuq_lane_pixels_* and mcuq_lane_row_* on the vector extension: everything but
 * the products.
 *
 * The sums of four channels are in q4, of a second pixel in q5. Stack: q4-q7, depth, weights of the
 * group, channels, the registers that the caller keeps, then the arguments zero point, outputs and
 * output(s).
 */
#ifndef MCUQ_LANES_MVE_H
#define MCUQ_LANES_MVE_H

/* clang-format off */

/* r0 column(s), r1 depth, r2 weights, r3 channels. */
#define MCUQ_LANES_BEGIN \
    "push {r0-r11, lr}\n" \
    "vpush {d8-d15}\n"

#define MCUQ_LANES_COLUMNS "[sp, #64]"
#define MCUQ_LANES_DEPTH "[sp, #68]"
#define MCUQ_LANES_WEIGHTS "[sp, #72]"
#define MCUQ_LANES_CHANNELS "[sp, #76]"
#define MCUQ_LANES_ZERO "[sp, #116]"
#define MCUQ_LANES_OUTPUTS "[sp, #120]"
#define MCUQ_LANES_FIRST "[sp, #124]"

/* Doubled biases in q0, multipliers in q1, shifts in q7 (to the right), q6 (to the left) and, as
 * masks of those to the right, in q3. doubled: of the sums in the vector that is named. */
#define MCUQ_LANES_CONSTANTS \
    "ldr r11, " MCUQ_LANES_CHANNELS "\n" \
    "vldrw.u32 q1, [r11, #16]\n" \
    "vmov.i32 q6, #0\n" \
    "vldrw.u32 q0, [r11], #32\n" \
    "vshl.i32 q3, q0, #27\n" \
    "vshr.s32 q0, q0, #5\n" \
    "vshr.s32 q3, q3, #27\n" \
    "vmin.s32 q7, q3, q6\n" \
    "vmax.s32 q6, q3, q6\n" \
    "str r11, " MCUQ_LANES_CHANNELS "\n" \
    "vshr.s32 q3, q3, #31\n"

#define MCUQ_LANES_SCALE(sums, doubled) \
    doubled \
    "vadd.i32 " sums ", " sums ", q0\n" \
    "vshl.s32 " sums ", " sums ", q6\n" \
    "vrmulh.s32 " sums ", " sums ", q1\n"

/* Outputs are rounded as they are shifted; the sign counts only where something is shifted out to
 * the right. r1: the output zero point. */
#define MCUQ_LANES_ROUND(sums, spare) \
    "vshr.s32 " spare ", " sums ", #31\n" \
    "vand " spare ", " spare ", q3\n" \
    "vadd.i32 " sums ", " sums ", " spare "\n" \
    "vrshl.s32 " sums ", " sums ", q7\n" \
    "vadd.i32 " sums ", " sums ", r1\n" \
    "vqmovnb.s32 " sums ", " sums "\n" \
    "vqmovnb.s16 " sums ", " sums "\n"

#define MCUQ_LANES_RETURN \
    "vpop {d8-d15}\n" \
    "pop {r0-r11, pc}\n"

/* Two pixels are requantized and stored, fewer than four channels under a mask; back to 1 for the
 * next group. */
#define MCUQ_LANES_TWO_PIXELS_END(first_doubled, second_doubled) \
    MCUQ_LANES_CONSTANTS \
    MCUQ_LANES_SCALE("q4", first_doubled) \
    MCUQ_LANES_SCALE("q5", second_doubled) \
    "ldrd r1, r3, " MCUQ_LANES_ZERO "\n" \
    MCUQ_LANES_ROUND("q4", "q0") \
    MCUQ_LANES_ROUND("q5", "q1") \
    "ldrd r0, r2, " MCUQ_LANES_FIRST "\n" \
    "vctp.32 r3\n" \
    "vpstt\n" \
    "vstrbt.32 q4, [r0], #4\n" \
    "vstrbt.32 q5, [r2], #4\n" \
    "strd r0, r2, " MCUQ_LANES_FIRST "\n" \
    "subs r3, r3, #4\n" \
    "str r3, " MCUQ_LANES_OUTPUTS "\n" \
    "bgt 1b\n" \
    MCUQ_LANES_RETURN

/* The same for one. */
#define MCUQ_LANES_ONE_PIXEL_END(doubled) \
    MCUQ_LANES_CONSTANTS \
    MCUQ_LANES_SCALE("q4", doubled) \
    "ldr r1, " MCUQ_LANES_ZERO "\n" \
    MCUQ_LANES_ROUND("q4", "q0") \
    "ldrd r3, r0, " MCUQ_LANES_OUTPUTS "\n" \
    "vctp.32 r3\n" \
    "vpst\n" \
    "vstrbt.32 q4, [r0], #4\n" \
    "subs r3, r3, #4\n" \
    "strd r3, r0, " MCUQ_LANES_OUTPUTS "\n" \
    "bgt 1b\n" \
    MCUQ_LANES_RETURN

/* Channels a and c of two pixels from r0, r4 and r2, r6 into the vectors of sums; b and d. */
#define MCUQ_LANES_KEEP_AC \
    "vmov q4[2], q4[0], r0, r4\n" \
    "vmov q5[2], q5[0], r2, r6\n"

#define MCUQ_LANES_KEEP_BD \
    "vmov q4[3], q4[1], r0, r4\n" \
    "vmov q5[3], q5[1], r2, r6\n"

/* Four channels of one pixel from r0, r2, r4, r6. */
#define MCUQ_LANES_KEEP_FOUR \
    "vmov q4[2], q4[0], r0, r4\n" \
    "vmov q4[3], q4[1], r2, r6\n"

#define MCUQ_LANES_CLEAR \
    "movs r0, #0\n" \
    "movs r2, #0\n" \
    "movs r4, #0\n" \
    "movs r6, #0\n"

/* clang-format on */

#endif
