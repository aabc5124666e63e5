/* Dense layer, packed int4 weights with one scale: the definition. */
#include "arm_nnfunctions.h"
#include "mcuq_arith.h"

arm_cmsis_nn_status arm_fully_connected_s4(const cmsis_nn_context *ctx,
    const cmsis_nn_fc_params *fc_params, const cmsis_nn_per_tensor_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data, const cmsis_nn_dims *filter_dims,
    const int8_t *filter_data, const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *output_dims, int8_t *output_data)
{
    (void)ctx;
    (void)input_dims;
    (void)bias_dims;
    const int32_t depth = filter_dims->n;
    if (depth < 0 || output_dims->c != filter_dims->c) {
        return ARM_CMSIS_NN_ARG_ERROR;
    }
    for (int32_t row = 0; row < output_dims->n; row++, input_data += depth) {
        for (int32_t c = 0; c < output_dims->c; c++) {
            int32_t sum = bias_data ? bias_data[c] : 0;
            for (int32_t k = 0; k < depth; k++) {
                const int32_t weight =
                    mcuq_int4_at(filter_data, c * depth + k) + fc_params->filter_offset;
                sum += (input_data[k] + fc_params->input_offset) * weight;
            }
            sum = mcuq_requantize(sum, quant_params->multiplier, quant_params->shift);
            *output_data++ = (int8_t)mcuq_clamp(sum + fc_params->output_offset,
                fc_params->activation.min, fc_params->activation.max);
        }
    }
    return ARM_CMSIS_NN_SUCCESS;
}
