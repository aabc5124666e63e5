/* Dense layers and matrix products of CMSIS-NN: see arm_nnfunctions.h. */
#ifndef ARM_NN_DENSE_H
#define ARM_NN_DENSE_H

#include "arm_nn_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Dense layer with one multiplier and shift for all outputs.
 *
 * fc_params    filter_offset: minus the filter's zero point, -127 to 128; 0 for symmetric weights
 * input_dims   n = rows
 * filter_dims  n = values of a row (H × W × C_IN), c = C_OUT; h and w are not used. The filter is
 *              C_OUT rows of n weights
 * output_dims  c = C_OUT; n, h and w are not used
 *
 * ARM_CMSIS_NN_ARG_ERROR: output_dims->c is not filter_dims->c, or filter_dims->n is negative. */
arm_cmsis_nn_status arm_fully_connected_s8(const cmsis_nn_context *ctx,
    const cmsis_nn_fc_params *fc_params, const cmsis_nn_per_tensor_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data, const cmsis_nn_dims *filter_dims,
    const int8_t *filter_data, const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *output_dims, int8_t *output_data);
arm_cmsis_nn_status arm_fully_connected_s4(const cmsis_nn_context *ctx,
    const cmsis_nn_fc_params *fc_params, const cmsis_nn_per_tensor_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data, const cmsis_nn_dims *filter_dims,
    const int8_t *filter_data, const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *output_dims, int8_t *output_data);
int32_t arm_fully_connected_s8_get_buffer_size(const cmsis_nn_dims *filter_dims);
int32_t arm_fully_connected_s8_get_buffer_size_dsp(const cmsis_nn_dims *filter_dims);
int32_t arm_fully_connected_s8_get_buffer_size_mve(const cmsis_nn_dims *filter_dims);

/* The same with a multiplier and a shift for each of the C_OUT outputs. */
arm_cmsis_nn_status arm_fully_connected_per_channel_s8(const cmsis_nn_context *ctx,
    const cmsis_nn_fc_params *fc_params, const cmsis_nn_per_channel_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data, const cmsis_nn_dims *filter_dims,
    const int8_t *filter_data, const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *output_dims, int8_t *output_data);

/* One of the two: multiplier and shift hold C_OUT values each where is_per_channel is not 0. */
arm_cmsis_nn_status arm_fully_connected_wrapper_s8(const cmsis_nn_context *ctx,
    const cmsis_nn_fc_params *fc_params, const cmsis_nn_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data, const cmsis_nn_dims *filter_dims,
    const int8_t *filter_data, const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *output_dims, int8_t *output_data);

/* Dense layer of int16 activations and int64 biases. */
arm_cmsis_nn_status arm_fully_connected_s16(const cmsis_nn_context *ctx,
    const cmsis_nn_fc_params *fc_params, const cmsis_nn_per_tensor_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int16_t *input_data, const cmsis_nn_dims *filter_dims,
    const int8_t *filter_data, const cmsis_nn_dims *bias_dims, const int64_t *bias_data,
    const cmsis_nn_dims *output_dims, int16_t *output_data);
int32_t arm_fully_connected_s16_get_buffer_size(const cmsis_nn_dims *filter_dims);
int32_t arm_fully_connected_s16_get_buffer_size_dsp(const cmsis_nn_dims *filter_dims);
int32_t arm_fully_connected_s16_get_buffer_size_mve(const cmsis_nn_dims *filter_dims);

/* What a row's dot product holds whatever the input is:
 * vector_sum_buf[row] = bias_data[row] + lhs_offset × Σ (weight + rhs_offset).
 * bias_data may be NULL, and may be vector_sum_buf. No function here wants it but those of LSTM. */
arm_cmsis_nn_status arm_vector_sum_s8(int32_t *vector_sum_buf, const int32_t vector_cols,
    const int32_t vector_rows, const int8_t *vector_data, const int32_t lhs_offset,
    const int32_t rhs_offset, const int32_t *bias_data);
arm_cmsis_nn_status arm_vector_sum_s8_s64(int64_t *vector_sum_buf, const int32_t vector_cols,
    const int32_t vector_rows, const int8_t *vector_data, const int32_t lhs_offset,
    const int64_t *bias_data);

/* Products of matrices, the right one transposed: element (i, j) is the dot product of row i of the
 * left and row j of the right one.
 *
 * bmm_params      adj_x and adj_y are not read; fc_params as of a dense layer, filter_offset that of
 *                 the right operand. For int16 offsets are not read
 * input_lhs_dims  n × h matrices of w rows and c columns; n or h may be 1 for all of the other's
 * input_rhs_dims  the same, with as many columns
 * output_dims     n and h; w and c are not read */
arm_cmsis_nn_status arm_batch_matmul_s8(const cmsis_nn_context *ctx,
    const cmsis_nn_bmm_params *bmm_params, const cmsis_nn_per_tensor_quant_params *quant_params,
    const cmsis_nn_dims *input_lhs_dims, const int8_t *input_lhs,
    const cmsis_nn_dims *input_rhs_dims, const int8_t *input_rhs,
    const cmsis_nn_dims *output_dims, int8_t *output);
arm_cmsis_nn_status arm_batch_matmul_s16(const cmsis_nn_context *ctx,
    const cmsis_nn_bmm_params *bmm_params, const cmsis_nn_per_tensor_quant_params *quant_params,
    const cmsis_nn_dims *input_lhs_dims, const int16_t *input_lhs,
    const cmsis_nn_dims *input_rhs_dims, const int16_t *input_rhs,
    const cmsis_nn_dims *output_dims, int16_t *output);

#ifdef __cplusplus
}
#endif

#endif
