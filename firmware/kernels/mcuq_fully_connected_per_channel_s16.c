/* FULLY_CONNECTED of int16 activations with int8 weights, a scale a row. */
#include "mcuq_wide.h"

arm_cmsis_nn_status mcuq_fully_connected_per_channel_s16(const cmsis_nn_context *ctx,
    const cmsis_nn_fc_params *fc_params, const cmsis_nn_per_channel_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int16_t *input_data, const cmsis_nn_dims *filter_dims,
    const int8_t *filter_data, const cmsis_nn_dims *bias_dims, const int64_t *bias_data,
    const cmsis_nn_dims *output_dims, int16_t *output_data)
{
    (void)ctx;
    (void)bias_dims;
    return mcuq_dense_rows_s16(&fc_params->activation, quant_params->multiplier, quant_params->shift, 1, input_dims, input_data,
        filter_dims, filter_data, bias_data, output_dims, output_data, mcuq_dot_s16_s8);
}
