/* Softmax of int8 rows with int16 results, scale 1/65536 and zero point -32768: exponentials, sum and
 * reciprocal are those of mcuq_softmax_s8. TFLite Micro aborts from a sum of 512 on; here the sum
 * goes to 4,096 and is held there. */
#include "mcuq_int16.h"
#include "mcuq_arith.h"
#include "mcuq_softmax.h"
#include "mcuq_softmax_exponential.h"

/* Sum of the exponentials in Q12.19; 4,096 values close to the largest fill it. */
static int32_t sum_of_exponentials(const int8_t *input, int32_t size, int32_t maximum,
    int32_t mult, int32_t shift, int32_t diff_min)
{
    int32_t sum = 0;
    for (int32_t i = 0; i < size; i++) {
        if (input[i] - maximum >= diff_min) {
            const int32_t e = mcuq_exp_of_difference(input[i] - maximum, mult, shift);
            const int32_t term = mcuq_rounding_right_shift(e, MCUQ_SUM_INTEGER_BITS);
            sum = sum > INT32_MAX - term ? INT32_MAX : sum + term;
        }
    }
    return sum;
}

static void softmax_row(const int8_t *input, int32_t size, int32_t mult, int32_t shift,
    int32_t diff_min, int16_t *output)
{
    int32_t maximum = INT8_MIN;
    for (int32_t i = 0; i < size; i++) {
        maximum = input[i] > maximum ? input[i] : maximum;
    }
    const int32_t sum = sum_of_exponentials(input, size, maximum, mult, shift, diff_min);
    const int32_t headroom = mcuq_leading_zeros((uint32_t)sum);
    const int32_t fraction = (int32_t)(((uint32_t)sum << headroom) - (UINT32_C(1) << 31));
    const int32_t scale = mcuq_reciprocal_of_one_plus(fraction);
    const int32_t exponent = MCUQ_SUM_INTEGER_BITS - headroom + 31 - 16;
    for (int32_t i = 0; i < size; i++) {
        int32_t value = 0;
        if (input[i] - maximum >= diff_min) {
            const int32_t e = mcuq_exp_of_difference(input[i] - maximum, mult, shift);
            value = mcuq_rounding_right_shift(mcuq_doubling_high_multiply(scale, e), exponent);
        }
        output[i] = (int16_t)mcuq_clamp(value + INT16_MIN, INT16_MIN, INT16_MAX);
    }
}

void mcuq_softmax_s8_s16(const int8_t *input, int32_t num_rows, int32_t row_size, int32_t mult,
    int32_t shift, int32_t diff_min, int16_t *output)
{
    for (int32_t row = 0; row < num_rows; row++) {
        softmax_row(input, row_size, mult, shift, diff_min, output);
        input += row_size;
        output += row_size;
    }
}
