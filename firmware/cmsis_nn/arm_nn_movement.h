/* What CMSIS-NN moves without arithmetic: see arm_nnfunctions.h. */
#ifndef ARM_NN_MOVEMENT_H
#define ARM_NN_MOVEMENT_H

#include "arm_nn_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* total_size bytes as they are. */
void arm_reshape_s8(const int8_t *input, int8_t *output, const uint32_t total_size);

/* One input of a concatenation of tensors [w, z, y, x] along one dimension, from offset_* on: the
 * number of that dimension's values that earlier inputs have filled. */
void arm_concatenation_s8_x(const int8_t *input, const uint16_t input_x, const uint16_t input_y,
    const uint16_t input_z, const uint16_t input_w, int8_t *output, const uint16_t output_x,
    const uint32_t offset_x);
void arm_concatenation_s8_y(const int8_t *input, const uint16_t input_x, const uint16_t input_y,
    const uint16_t input_z, const uint16_t input_w, int8_t *output, const uint16_t output_y,
    const uint32_t offset_y);
void arm_concatenation_s8_z(const int8_t *input, const uint16_t input_x, const uint16_t input_y,
    const uint16_t input_z, const uint16_t input_w, int8_t *output, const uint16_t output_z,
    const uint32_t offset_z);
void arm_concatenation_s8_w(const int8_t *input, const uint16_t input_x, const uint16_t input_y,
    const uint16_t input_z, const uint16_t input_w, int8_t *output, const uint32_t offset_w);

/* pad_value around a tensor: pre_pad before and post_pad after it, in each dimension. */
arm_cmsis_nn_status arm_pad_s8(const int8_t *input, int8_t *output, const int8_t pad_value,
    const cmsis_nn_dims *input_size, const cmsis_nn_dims *pre_pad, const cmsis_nn_dims *post_pad);

/* The dimensions in another order. Those of a tensor of num_dims dimensions are the first fields of
 * input_dims; output_dims is not read.
 *
 * ARM_CMSIS_NN_ARG_ERROR: num_dims is not 1 to 4, or permutations (not read for 1) do not name each
 * dimension once. */
arm_cmsis_nn_status arm_transpose_s8(const int8_t *input_data, int8_t *const output_data,
    const cmsis_nn_dims *const input_dims, const cmsis_nn_dims *const output_dims,
    const cmsis_nn_transpose_params *const transpose_params);

#ifdef __cplusplus
}
#endif

#endif
