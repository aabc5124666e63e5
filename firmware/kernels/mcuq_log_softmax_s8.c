/* LOG_SOFTMAX over rows in TFLite Micro's fixed point: a sum in Q12.19, its logarithm in Q5.26. */
#include "mcuq_arith.h"
#include "mcuq_kernels.h"
#include "mcuq_softmax.h"

#define SUM_INTEGER_BITS 12
#define POWER_BIT 25 /* One in Q6.25, which powers of two are counted in. */

/* log(2^(1/4) × r) in Q6.25 for r near 2^(-1/4) in Q0.31: a quotient of polynomials. */
static int32_t log_near_one(int32_t r)
{
    const int32_t fourth_root_half = 1805811301;
    const int32_t middle = (int32_t)(((int64_t)r + fourth_root_half + 1) >> 1);
    const int32_t q = 2 * (r - fourth_root_half);
    const int32_t square = mcuq_doubling_high_multiply(q, q);
    const int32_t cubic
        = mcuq_doubling_high_multiply(mcuq_doubling_high_multiply(q, square), 117049297);
    const int32_t numerator = mcuq_doubling_high_multiply(q, r) + cubic;
    const int32_t inner = 1057819769 + q + mcuq_doubling_high_multiply(127690142, square);
    const int32_t denominator
        = mcuq_doubling_high_multiply(middle, inner) + mcuq_doubling_high_multiply(638450708, q);
    return mcuq_doubling_high_multiply(
        mcuq_rounding_right_shift(numerator, 6), mcuq_reciprocal_of_one_plus(denominator));
}

/* log(x) in Q5.26 for x >= 1 in Q12.19: the nearer of a whole and a half power of two apart. */
static int32_t logarithm(int32_t x)
{
    const int32_t root_half = 1518500250;
    const int32_t quarter = 1 << (POWER_BIT - 2);
    const int32_t x_by_root = mcuq_doubling_high_multiply(x, root_half);
    const int32_t whole = mcuq_leading_zeros((uint32_t)x);
    const int32_t half = mcuq_leading_zeros((uint32_t)x_by_root) - 1;
    const int32_t scaled = mcuq_doubling_high_multiply(
        mcuq_shift_left(x, (uint32_t)(whole - 1)), root_half);
    const int32_t near_whole = mcuq_saturating_shift_left(scaled, 1);
    const int32_t near_half = mcuq_saturating_shift_left(x, half);
    const int32_t powers_whole = (SUM_INTEGER_BITS - whole) * (1 << POWER_BIT) + quarter;
    const int32_t powers_half = (SUM_INTEGER_BITS - half) * (1 << POWER_BIT) - quarter;
    const int32_t powers = powers_whole > powers_half ? powers_whole : powers_half;
    const int32_t rest = log_near_one(near_whole < near_half ? near_whole : near_half);
    return mcuq_saturating_shift_left(mcuq_doubling_high_multiply(powers, 1488522236) + rest, 1);
}

/* The logarithm of a row's sum of exponentials. */
static int32_t log_of_sum(const mcuq_log_softmax *p, const int8_t *input, int32_t maximum)
{
    int32_t sum = 0;
    for (int32_t i = 0; i < p->depth; i++) {
        sum += p->powers[maximum - input[i]];
    }
    return logarithm(sum);
}

static void log_softmax_row(const mcuq_log_softmax *p, const int8_t *input, int8_t *output)
{
    int32_t maximum = INT8_MIN;
    for (int32_t i = 0; i < p->depth; i++) {
        maximum = input[i] > maximum ? input[i] : maximum;
    }
    const int32_t log_sum = log_of_sum(p, input, maximum);
    for (int32_t i = 0; i < p->depth; i++) {
        const int32_t difference = input[i] - maximum;
        int32_t value = INT8_MIN;
        if (difference >= p->diff_min) {
            const int32_t real = mcuq_requantize(difference, p->multiplier, p->shift);
            /* From -16 on down all are the least output; the difference would leave int32. */
            value = real < -(1 << 30)
                ? INT8_MIN
                : mcuq_rounding_right_shift(real - log_sum, 22) + INT8_MAX;
        }
        output[i] = (int8_t)mcuq_clamp(value, INT8_MIN, INT8_MAX);
    }
}

void mcuq_log_softmax_s8(const mcuq_log_softmax *p, const int8_t *input, int8_t *output)
{
    for (int32_t row = 0; row < p->rows; row++) {
        log_softmax_row(p, input + row * p->depth, output + row * p->depth);
    }
}
