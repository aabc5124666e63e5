/* Pooling of CMSIS-NN: see arm_nnfunctions.h. */
#ifndef ARM_NN_POOLING_H
#define ARM_NN_POOLING_H

#include "arm_nn_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Pooling of each channel over windows of filter_dims->h × filter_dims->w. Values outside the input
 * do not count; the mean is rounded half away from zero.
 *
 * input_dims   N, H, W, C
 * filter_dims  h and w; n and c are not used
 * output_dims  h and w; n and c are not used
 *
 * ARM_CMSIS_NN_ARG_ERROR: input_dims->n is below 1; of the mean, too: a window holds no value of the
 * input. */
arm_cmsis_nn_status arm_avgpool_s8(const cmsis_nn_context *ctx,
    const cmsis_nn_pool_params *pool_params, const cmsis_nn_dims *input_dims,
    const int8_t *input_data, const cmsis_nn_dims *filter_dims, const cmsis_nn_dims *output_dims,
    int8_t *output_data);
int32_t arm_avgpool_s8_get_buffer_size(const int dim_dst_width, const int ch_src);
int32_t arm_avgpool_s8_get_buffer_size_dsp(const int dim_dst_width, const int ch_src);
int32_t arm_avgpool_s8_get_buffer_size_mve(const int dim_dst_width, const int ch_src);
arm_cmsis_nn_status arm_avgpool_s16(const cmsis_nn_context *ctx,
    const cmsis_nn_pool_params *pool_params, const cmsis_nn_dims *input_dims,
    const int16_t *input_data, const cmsis_nn_dims *filter_dims, const cmsis_nn_dims *output_dims,
    int16_t *output_data);
int32_t arm_avgpool_s16_get_buffer_size(const int dim_dst_width, const int ch_src);
int32_t arm_avgpool_s16_get_buffer_size_dsp(const int dim_dst_width, const int ch_src);
int32_t arm_avgpool_s16_get_buffer_size_mve(const int dim_dst_width, const int ch_src);
arm_cmsis_nn_status arm_max_pool_s8(const cmsis_nn_context *ctx,
    const cmsis_nn_pool_params *pool_params, const cmsis_nn_dims *input_dims,
    const int8_t *input_data, const cmsis_nn_dims *filter_dims, const cmsis_nn_dims *output_dims,
    int8_t *output_data);
arm_cmsis_nn_status arm_max_pool_s16(const cmsis_nn_context *ctx,
    const cmsis_nn_pool_params *pool_params, const cmsis_nn_dims *input_dims,
    const int16_t *input_data, const cmsis_nn_dims *filter_dims, const cmsis_nn_dims *output_dims,
    int16_t *output_data);

#ifdef __cplusplus
}
#endif

#endif
