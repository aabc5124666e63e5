/* The dense driver of int16 activations. */
#include "mcuq_arith.h"
#include "mcuq_int16.h"

arm_cmsis_nn_status mcuq_dense_rows_s16(const cmsis_nn_activation *activation,
    const int32_t *multipliers, const int32_t *shifts, int32_t step,
    const cmsis_nn_dims *input_dims, const int16_t *input_data, const cmsis_nn_dims *filter_dims,
    const int8_t *filter_data, const mcuq_int64 *bias_data, const cmsis_nn_dims *output_dims,
    int16_t *output_data, mcuq_dot_s16 *dot)
{
    const int32_t depth = filter_dims->n;
    if (output_dims->c != filter_dims->c) {
        return ARM_CMSIS_NN_ARG_ERROR;
    }
    for (int32_t row = 0; row < input_dims->n; row++) {
        for (int32_t c = 0; c < output_dims->c; c++) {
            const int64_t sum = mcuq_bias_s64(bias_data, c) +
                dot(input_data + row * depth, filter_data, c * depth, depth);
            const int32_t value =
                mcuq_requantize_int64(sum, multipliers[c * step], shifts[c * step]);
            *output_data++ = (int16_t)mcuq_clamp(value, activation->min, activation->max);
        }
    }
    return ARM_CMSIS_NN_SUCCESS;
}
