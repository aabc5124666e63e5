/* The convolution driver of int16 activations: any shape, grouped too. */
#include "mcuq_windows_s16.h"

arm_cmsis_nn_status mcuq_convolve_windows_s16(const cmsis_nn_conv_params *conv_params,
    const cmsis_nn_per_channel_quant_params *quant_params, const cmsis_nn_dims *input_dims,
    const int16_t *input_data, const cmsis_nn_dims *filter_dims, const int8_t *filter_data,
    const mcuq_int64 *bias_data, const cmsis_nn_dims *output_dims, int16_t *output_data,
    mcuq_dot_s16 *dot)
{
    return mcuq_windows_s16(conv_params, quant_params, input_dims, input_data, filter_dims,
        filter_data, bias_data, output_dims, output_data, dot, mcuq_biased_s64);
}
