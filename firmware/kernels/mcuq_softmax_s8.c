/* Softmax over rows in TFLite Micro's fixed point: exponentials in Q0.31, their sum in Q12.19,
 * one reciprocal a row by three Newton steps (gemmlowp's formulas).
 *
 * From a sum of 512 on, which takes as many values close to the largest, every probability is below
 * half a step of 1/256: all are 0. TFLite Micro aborts there. */
#include "mcuq_nnfunctions.h"
#include "mcuq_arith.h"
#include "mcuq_softmax.h"
#include "mcuq_softmax_exponential.h"

#define SUM_THAT_FLATTENS (INT32_C(512) << (31 - MCUQ_SUM_INTEGER_BITS))

/* Sum of the exponentials in Q12.19, or SUM_THAT_FLATTENS where it is larger. All values are looked
 * at, whatever the sum: the loop ends by the shape alone. */
static int32_t sum_of_exponentials(const int8_t *input, int32_t size, int32_t maximum,
    int32_t mult, int32_t shift, int32_t diff_min)
{
    int32_t sum = 0;
    for (int32_t i = 0; i < size; i++) {
        if (sum < SUM_THAT_FLATTENS && input[i] - maximum >= diff_min) {
            const int32_t e = mcuq_exp_of_difference(input[i] - maximum, mult, shift);
            sum += mcuq_rounding_right_shift(e, MCUQ_SUM_INTEGER_BITS);
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
    const int32_t exponent = MCUQ_SUM_INTEGER_BITS - headroom + 31 - 8;
    for (int32_t i = 0; i < size; i++) {
        int32_t value = 0;
        if (sum < SUM_THAT_FLATTENS && input[i] - maximum >= diff_min) {
            const int32_t e = mcuq_exp_of_difference(input[i] - maximum, mult, shift);
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
