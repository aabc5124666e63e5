/* Softmax over rows in TFLite Micro's fixed point: exponentials in Q0.31, their sum in Q12.19,
 * one reciprocal a row by three Newton steps (gemmlowp's formulas).
 *
 * From a sum of 512 on, which takes as many values close to the largest, every probability is below
 * half a step of 1/256: all are 0. TFLite Micro aborts there. */
#include "mcuq_nnfunctions.h"
#include "mcuq_arith.h"
#include "mcuq_softmax.h"

#define SUM_INTEGER_BITS 12
#define SUM_THAT_FLATTENS (INT32_C(512) << (31 - SUM_INTEGER_BITS))

/* e^x in Q0.31 for x in [-1/4, 0) in Q0.31: e^(-1/8) times the Taylor series around -1/8. */
static int32_t exp_in_last_quarter(int32_t x)
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
static int32_t exp_of_negative(int32_t x)
{
    static const int32_t factors[] = {
        1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
    if (x == 0) {
        return INT32_MAX;
    }
    const int32_t quarter = 1 << 24;
    const int32_t fraction = (x & (quarter - 1)) - quarter;
    const int32_t remainder = fraction - x;
    int32_t result = exp_in_last_quarter(mcuq_saturating_shift_left(fraction, 5));
    for (int32_t i = 0; i < 7; i++) {
        if (remainder & mcuq_shift_left(quarter, (uint32_t)i)) {
            result = mcuq_doubling_high_multiply(result, factors[i]);
        }
    }
    return result;
}

/* e^(difference to the row's maximum) in Q0.31. */
static int32_t exp_of_difference(int32_t difference, int32_t mult, int32_t shift)
{
    const int32_t scaled = mcuq_shift_left(difference, (uint32_t)shift);
    return exp_of_negative(mcuq_doubling_high_multiply(scaled, mult));
}

/* Sum of the exponentials in Q12.19, or SUM_THAT_FLATTENS where it is larger. */
static int32_t sum_of_exponentials(const int8_t *input, int32_t size, int32_t maximum,
    int32_t mult, int32_t shift, int32_t diff_min)
{
    int32_t sum = 0;
    for (int32_t i = 0; i < size && sum < SUM_THAT_FLATTENS; i++) {
        if (input[i] - maximum >= diff_min) {
            const int32_t e = exp_of_difference(input[i] - maximum, mult, shift);
            sum += mcuq_rounding_right_shift(e, SUM_INTEGER_BITS);
        }
    }
    return sum < SUM_THAT_FLATTENS ? sum : SUM_THAT_FLATTENS;
}

static void softmax_row(const int8_t *input, int32_t size, int32_t mult, int32_t shift,
    int32_t diff_min, int8_t *output)
{
    int32_t maximum = INT8_MIN;
    for (int32_t i = 0; i < size; i++) {
        maximum = input[i] > maximum ? input[i] : maximum;
    }
    const int32_t sum = sum_of_exponentials(input, size, maximum, mult, shift, diff_min);
    const int32_t headroom = mcuq_leading_zeros((uint32_t)sum);
    const int32_t fraction = (int32_t)(((uint32_t)sum << headroom) - (UINT32_C(1) << 31));
    const int32_t scale = mcuq_reciprocal_of_one_plus(fraction);
    const int32_t exponent = SUM_INTEGER_BITS - headroom + 31 - 8;
    for (int32_t i = 0; i < size; i++) {
        int32_t value = 0;
        if (sum < SUM_THAT_FLATTENS && input[i] - maximum >= diff_min) {
            const int32_t e = exp_of_difference(input[i] - maximum, mult, shift);
            value = mcuq_rounding_right_shift(mcuq_doubling_high_multiply(scale, e), exponent);
        }
        output[i] = (int8_t)mcuq_clamp(value + INT8_MIN, INT8_MIN, INT8_MAX);
    }
}

void mcuq_softmax_s8(const int8_t *input, const int32_t num_rows, const int32_t row_size,
    const int32_t mult, const int32_t shift, const int32_t diff_min, int8_t *output)
{
    for (int32_t row = 0; row < num_rows; row++) {
        softmax_row(input, row_size, mult, shift, diff_min, output);
        input += row_size;
        output += row_size;
    }
}
