/* Convolution of any shape with packed int4 weights: the definition the faster kernels are
 * tested against. */
#include "mcuq_filter.h"

int32_t arm_convolve_s4_get_buffer_size(
    const cmsis_nn_dims *input_dims, const cmsis_nn_dims *filter_dims)
{
    (void)input_dims;
    (void)filter_dims;
    return 0;
}

arm_cmsis_nn_status arm_convolve_s4(const cmsis_nn_context *ctx,
    const cmsis_nn_conv_params *conv_params, const cmsis_nn_per_channel_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data, const cmsis_nn_dims *filter_dims,
    const int8_t *filter_data, const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *output_dims, int8_t *output_data)
{
    (void)ctx;
    (void)bias_dims;
    return mcuq_filter_convolve(conv_params, quant_params, input_dims, input_data, filter_dims,
        filter_data, bias_data, output_dims, output_data, 1);
}
