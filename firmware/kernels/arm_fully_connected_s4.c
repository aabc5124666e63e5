/* Dense layer, packed int4 weights with one scale: the definition. */
#include "mcuq_filter.h"

arm_cmsis_nn_status arm_fully_connected_s4(const cmsis_nn_context *ctx,
    const cmsis_nn_fc_params *fc_params, const cmsis_nn_per_tensor_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data, const cmsis_nn_dims *filter_dims,
    const int8_t *filter_data, const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *output_dims, int8_t *output_data)
{
    (void)ctx;
    (void)input_dims;
    (void)bias_dims;
    return mcuq_filter_dense(fc_params, &quant_params->multiplier, &quant_params->shift, 0,
        input_data, filter_dims, filter_data, bias_data, output_dims, output_data, 1);
}
