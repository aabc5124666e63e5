/* Element-wise functions of CMSIS-NN: see arm_nnfunctions.h. */
#ifndef ARM_NN_ELEMENTWISE_H
#define ARM_NN_ELEMENTWISE_H

#include "arm_nn_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Sum of block_size values (at least 0) of two tensors of one shape: both operands are brought to a
 * common scale, 2^left_shift finer, then added. output may be either input. For int16 offsets are
 * not read. */
arm_cmsis_nn_status arm_elementwise_add_s8(const int8_t *input_1_vect, const int8_t *input_2_vect,
    const int32_t input_1_offset, const int32_t input_1_mult, const int32_t input_1_shift,
    const int32_t input_2_offset, const int32_t input_2_mult, const int32_t input_2_shift,
    const int32_t left_shift, int8_t *output, const int32_t out_offset, const int32_t out_mult,
    const int32_t out_shift, const int32_t out_activation_min, const int32_t out_activation_max,
    const int32_t block_size);
arm_cmsis_nn_status arm_elementwise_add_s16(const int16_t *input_1_vect,
    const int16_t *input_2_vect, const int32_t input_1_offset, const int32_t input_1_mult,
    const int32_t input_1_shift, const int32_t input_2_offset, const int32_t input_2_mult,
    const int32_t input_2_shift, const int32_t left_shift, int16_t *output,
    const int32_t out_offset, const int32_t out_mult, const int32_t out_shift,
    const int32_t out_activation_min, const int32_t out_activation_max, const int32_t block_size);

/* Product of block_size values of two tensors of one shape. output may be either input. For int16
 * offsets are not read. */
arm_cmsis_nn_status arm_elementwise_mul_s8(const int8_t *input_1_vect, const int8_t *input_2_vect,
    const int32_t input_1_offset, const int32_t input_2_offset, int8_t *output,
    const int32_t out_offset, const int32_t out_mult, const int32_t out_shift,
    const int32_t out_activation_min, const int32_t out_activation_max, const int32_t block_size);
arm_cmsis_nn_status arm_elementwise_mul_s16(const int16_t *input_1_vect,
    const int16_t *input_2_vect, const int32_t input_1_offset, const int32_t input_2_offset,
    int16_t *output, const int32_t out_offset, const int32_t out_mult, const int32_t out_shift,
    const int32_t out_activation_min, const int32_t out_activation_max, const int32_t block_size);

/* The smaller or larger value of each element. An extent of 1 is repeated where the output's is
 * larger. Stored integers are compared. */
arm_cmsis_nn_status arm_minimum_s8(const cmsis_nn_context *ctx, const int8_t *input_1_data,
    const cmsis_nn_dims *input_1_dims, const int8_t *input_2_data,
    const cmsis_nn_dims *input_2_dims, int8_t *output_data, const cmsis_nn_dims *output_dims);
arm_cmsis_nn_status arm_maximum_s8(const cmsis_nn_context *ctx, const int8_t *input_1_data,
    const cmsis_nn_dims *input_1_dims, const int8_t *input_2_data,
    const cmsis_nn_dims *input_2_dims, int8_t *output_data, const cmsis_nn_dims *output_dims);

/* Stored integers below 0 become 0, and those above 6 in the last one 6; in place. */
void arm_relu_q7(int8_t *data, uint16_t size);
void arm_relu_q15(int16_t *data, uint16_t size);
void arm_relu6_s8(int8_t *data, uint16_t size);

/* LOGISTIC or TANH of inputs x × 2^left_shift / 4096, left_shift -15 to 3; results in Q0.15. output
 * may be input. */
arm_cmsis_nn_status arm_nn_activation_s16(const int16_t *input, int16_t *output,
    const int32_t size, const int32_t left_shift, const arm_nn_activation_type type);

#ifdef __cplusplus
}
#endif

#endif
