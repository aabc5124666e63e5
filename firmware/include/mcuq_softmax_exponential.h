/* Exponentials of SOFTMAX on int8 inputs (gemmlowp's formulas). Not inline: each kernel that includes
 * this calls them from several places. */
#ifndef MCUQ_SOFTMAX_EXPONENTIAL_H
#define MCUQ_SOFTMAX_EXPONENTIAL_H

#include "mcuq_arith.h"
#include "mcuq_softmax.h"

/* Sums of exponentials are Q12.19. */
#define MCUQ_SUM_INTEGER_BITS 12

/* e^x in Q0.31 for x in [-1/4, 0) in Q0.31: e^(-1/8) times the Taylor series around -1/8. */
static int32_t mcuq_exp_in_last_quarter(int32_t x)
{
    const int32_t exp_minus_eighth = 1895147668;
    const int32_t third = 715827883;
    const int32_t y = x + (1 << 28);
    const int32_t y2 = mcuq_doubling_high_multiply(y, y);
    const int32_t y3 = mcuq_doubling_high_multiply(y2, y);
    const int32_t y4 = mcuq_doubling_high_multiply(y2, y2);
    const int32_t cubic = mcuq_doubling_high_multiply(mcuq_rounding_right_shift(y4, 2) + y3, third);
    const int32_t series = mcuq_rounding_right_shift(cubic + y2, 1);
    return exp_minus_eighth + mcuq_doubling_high_multiply(exp_minus_eighth, y + series);
}

/* e^x in Q0.31 for x <= 0 in Q5.26: the last quarter by series, one factor a remaining bit. */
static int32_t mcuq_exp_of_negative(int32_t x)
{
    static const int32_t factors[] = {
        1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
    if (x == 0) {
        return INT32_MAX;
    }
    const int32_t quarter = 1 << 24;
    const int32_t fraction = (x & (quarter - 1)) - quarter;
    const int32_t remainder = fraction - x;
    int32_t result = mcuq_exp_in_last_quarter(mcuq_saturating_shift_left(fraction, 5));
    for (int32_t i = 0; i < 7; i++) {
        if (remainder & mcuq_shift_left(quarter, (uint32_t)i)) {
            result = mcuq_doubling_high_multiply(result, factors[i]);
        }
    }
    return result;
}

/* e^(difference to the row's maximum) in Q0.31. */
static int32_t mcuq_exp_of_difference(int32_t difference, int32_t mult, int32_t shift)
{
    const int32_t scaled = mcuq_shift_left(difference, (uint32_t)shift);
    return mcuq_exp_of_negative(mcuq_doubling_high_multiply(scaled, mult));
}

#endif
