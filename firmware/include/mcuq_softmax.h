/* Fixed point that SOFTMAX and LOG_SOFTMAX share (gemmlowp's formulas). */
#ifndef MCUQ_SOFTMAX_H
#define MCUQ_SOFTMAX_H

#include "mcuq_arith.h"

/* x × 2^bits, saturated to int32. */
static inline int32_t mcuq_saturating_shift_left(int32_t x, int32_t bits)
{
    const int32_t limit = INT32_MAX >> bits;
    if (x > limit) {
        return INT32_MAX;
    }
    return x < -limit - 1 ? INT32_MIN : mcuq_shift_left(x, (uint32_t)bits);
}

/* 1 / (1 + x) in Q0.31 for x in [0, 1) in Q0.31. */
static inline int32_t mcuq_reciprocal_of_one_plus(int32_t x)
{
    const int32_t half = (int32_t)(((int64_t)x + INT32_MAX + 1) >> 1);
    int32_t y = 1515870810 + mcuq_doubling_high_multiply(half, -1010580540);
    for (int32_t i = 0; i < 3; i++) {
        const int32_t error = (1 << 29) - mcuq_doubling_high_multiply(half, y);
        y += mcuq_saturating_shift_left(mcuq_doubling_high_multiply(y, error), 2);
    }
    return mcuq_saturating_shift_left(y, 1);
}

/* By halves: a fixed number of steps, whatever the value. */
static inline int32_t mcuq_leading_zeros(uint32_t x)
{
    int32_t count = x == 0 ? 1 : 0;
    for (int32_t half = 16; half > 0; half >>= 1) {
        if (x >> (32 - half) == 0) {
            count += half;
            x <<= half;
        }
    }
    return count;
}

#endif
