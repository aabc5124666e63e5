/* Layers of CMSIS-NN that keep states: see arm_nnfunctions.h. */
#ifndef ARM_NN_RECURRENT_H
#define ARM_NN_RECURRENT_H

#include "arm_nn_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* SVDF: a filter's feature of each input is kept for the last weights_time_dims->h inputs.
 *
 * svdf_params           rank: filters of one output, a divisor of weights_feature_dims->n;
 *                       input_offset: the input's zero point, output_offset: the output's
 * input_dims            n batches of h values
 * weights_feature_dims  n filters of input_dims->h weights
 * state_data            a row of weights_time_dims->h features for each batch and filter
 * bias_data             an int32 an output, or NULL
 * output_data           weights_feature_dims->n / rank values a batch
 *
 * ARM_CMSIS_NN_ARG_ERROR: input_ctx or output_ctx holds no buffer. Neither is written. */
arm_cmsis_nn_status arm_svdf_s8(
    const cmsis_nn_context *ctx,
    const cmsis_nn_context *input_ctx, const cmsis_nn_context *output_ctx,
    const cmsis_nn_svdf_params *svdf_params,
    const cmsis_nn_per_tensor_quant_params *input_quant_params,
    const cmsis_nn_per_tensor_quant_params *output_quant_params, const cmsis_nn_dims *input_dims,
    const int8_t *input_data, const cmsis_nn_dims *state_dims, int8_t *state_data,
    const cmsis_nn_dims *weights_feature_dims, const int8_t *weights_feature_data,
    const cmsis_nn_dims *weights_time_dims, const int8_t *weights_time_data,
    const cmsis_nn_dims *bias_dims, const int32_t *bias_data, const cmsis_nn_dims *output_dims,
    int8_t *output_data);
int32_t arm_svdf_s8_get_buffer_size(const cmsis_nn_dims *filter_dims);
int32_t arm_svdf_s8_get_buffer_size_dsp(const cmsis_nn_dims *filter_dims);
int32_t arm_svdf_s8_get_buffer_size_mve(const cmsis_nn_dims *filter_dims);
arm_cmsis_nn_status arm_svdf_state_s16_s8(
    const cmsis_nn_context *input_ctx, const cmsis_nn_context *output_ctx,
    const cmsis_nn_svdf_params *svdf_params,
    const cmsis_nn_per_tensor_quant_params *input_quant_params,
    const cmsis_nn_per_tensor_quant_params *output_quant_params, const cmsis_nn_dims *input_dims,
    const int8_t *input_data, const cmsis_nn_dims *state_dims, int16_t *state_data,
    const cmsis_nn_dims *weights_feature_dims, const int8_t *weights_feature_data,
    const cmsis_nn_dims *weights_time_dims, const int16_t *weights_time_data,
    const cmsis_nn_dims *bias_dims, const int32_t *bias_data, const cmsis_nn_dims *output_dims,
    int8_t *output_data);

/* LSTM. Weights are int8, biases int32 (int8 activations) or int64 (int16), gates and cell states
 * int16. Each gate's argument is rescaled and saturated after the input's part and after the hidden
 * state's. */
arm_cmsis_nn_status arm_lstm_unidirectional_s8(const int8_t *input, int8_t *output,
    const cmsis_nn_lstm_params *params, cmsis_nn_lstm_context *buffers);
arm_cmsis_nn_status arm_lstm_unidirectional_s16(const int16_t *input, int16_t *output,
    const cmsis_nn_lstm_params *params, cmsis_nn_lstm_context *buffers);

#ifdef __cplusplus
}
#endif

#endif
