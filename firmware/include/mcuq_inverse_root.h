/* 1 / √x of integers in fixed point, bit for bit as TensorFlow Lite computes it. */
#ifndef MCUQ_INVERSE_ROOT_H
#define MCUQ_INVERSE_ROOT_H

#include "mcuq_arith.h"

/* x × 2^bits, saturated. */
static inline int32_t mcuq_saturating_shift(int32_t x, int32_t bits)
{
    const int32_t most = INT32_MAX >> bits;
    return x > most ? INT32_MAX : x < -most - 1 ? INT32_MIN : mcuq_shift_left(x, (uint32_t)bits);
}

/* 1 / √x ≈ multiplier × 2^(shift - 31); x < 2 gives one. x becomes a value of Q3.28 near one by an
 * even shift; five Newton-Raphson steps from one follow. */
static inline int32_t mcuq_inverse_root(int32_t x, int32_t *shift)
{
    const int32_t half_root_2 = 1518500250;
    const int32_t one = INT32_C(1) << 28;
    int32_t right = 11;
    *shift = 0;
    if (x < 2) {
        return INT32_MAX;
    }
    for (; x >= INT32_C(1) << 29; x /= 4) {
        right++;
    }
    for (; x < INT32_C(1) << 27; x *= 4) {
        right--;
    }
    const int32_t half = mcuq_rounding_right_shift(x >> 1, 1);
    int32_t root = one;
    for (int32_t i = 0; i < 5; i++) {
        const int32_t square = mcuq_doubling_high_multiply(root, root);
        const int32_t cube =
            mcuq_saturating_shift(mcuq_doubling_high_multiply(square, root), 6);
        const int32_t step = mcuq_doubling_high_multiply(one + one / 2, root) -
                             mcuq_doubling_high_multiply(half, cube);
        root = mcuq_saturating_shift(step, 3);
    }
    const int32_t multiplier = mcuq_doubling_high_multiply(root, half_root_2);
    *shift = right > 0 ? -right : 0;
    return right < 0 ? mcuq_shift_left(multiplier, (uint32_t)-right) : multiplier;
}

#endif
