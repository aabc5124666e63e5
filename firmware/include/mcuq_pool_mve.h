/* Assembly shared by mcuq_pool_average_many and mcuq_mean_columns_s8 on the vector extension. */
#ifndef MCUQ_POOL_MVE_H
#define MCUQ_POOL_MVE_H

/* clang-format off */

/* Adds r5 pixels from r0 on, r7 values apart, to eight sums of 16 bits in q0, under the mask of the
 * channels that are left; by label 3, r0 moves on, lr and q1 are used. */
#define MCUQ_POOL_SUMS_MVE \
    "dls lr, r5\n" \
    "3:\n" \
    "vpst\n" \
    "vldrbt.s16 q1, [r0]\n" \
    "add r0, r0, r7\n" \
    "vadd.i16 q0, q0, q1\n" \
    "le lr, 3b\n"

/* clang-format on */

#endif
