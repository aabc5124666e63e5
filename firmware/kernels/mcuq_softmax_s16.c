/* Softmax of int16 rows by interpolated tables: exponentials in Q0.15 of differences to the
 * maximum in steps of 10 / 65535, one reciprocal a row. In place: yes. */
#include "mcuq_arith.h"
#include "mcuq_int16.h"

/* Nine bits choose the entry, seven interpolate. */
static int32_t lookup(const int16_t *table, int32_t x)
{
    const int32_t index = 256 + (x >> 7);
    const int32_t slope = table[index + 1] - table[index];
    return (int16_t)(table[index] + ((slope * (x & 0x7F) + 64) >> 7));
}

static int32_t exponential(int32_t difference, int32_t mult, int32_t shift, const int16_t *table)
{
    const int32_t scaled = mcuq_requantize(difference, mult, shift) + INT16_MAX;
    return lookup(table, mcuq_saturate_s16(scaled));
}

static int32_t leading_zeros(uint32_t x)
{
    int32_t zeros = 32;
    for (; x != 0; x >>= 1) {
        zeros--;
    }
    return zeros;
}

/* 1 / sum in Q0.15 of the sum brought to 1 … 2 by `zeros` - 1 bits. */
static int32_t reciprocal(int32_t sum, int32_t zeros, const int16_t *table)
{
    const int32_t normalized = (int32_t)((((int64_t)sum << (zeros - 1)) + (1 << 13)) >> 14);
    return lookup(table, mcuq_saturate_s16(normalized - ((1 << 15) + (1 << 16))));
}

arm_cmsis_nn_status mcuq_softmax_s16(const int16_t *input, int32_t num_rows, int32_t row_size,
    int32_t mult, int32_t shift, const cmsis_nn_softmax_lut_s16 *softmax_params, int16_t *output)
{
    for (int32_t row = 0; row < num_rows; row++, input += row_size, output += row_size) {
        int32_t largest = INT16_MIN;
        for (int32_t i = 0; i < row_size; i++) {
            largest = input[i] > largest ? input[i] : largest;
        }
        int32_t sum = 0;
        for (int32_t i = 0; i < row_size; i++) {
            output[i] = (int16_t)exponential(
                input[i] - largest, mult, shift, softmax_params->exp_lut);
            /* TFLite Micro's sum overflows from 65,539 values on: here it stays at the end. */
            sum = sum > INT32_MAX - output[i] ? INT32_MAX : sum + output[i];
        }
        const int32_t zeros = leading_zeros((uint32_t)sum);
        const int32_t scale = reciprocal(sum, zeros, softmax_params->one_by_one_lut);
        const int32_t right = 31 - zeros;
        for (int32_t i = 0; i < row_size; i++) {
            const int64_t product = (int64_t)output[i] * scale + ((int64_t)1 << (right - 1));
            output[i] = (int16_t)mcuq_clamp((int32_t)(product >> right), 0, INT16_MAX);
        }
    }
    return ARM_CMSIS_NN_SUCCESS;
}
