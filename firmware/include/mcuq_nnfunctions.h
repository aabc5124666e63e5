/* The part of the CMSIS-NN interface that firmware/kernels implements in portable C.
 *
 * Parameters and arithmetic are those of the function that Arm's library calls arm_ in the place of
 * mcuq_; the names are our own, so that both can be linked into one program. All activations are
 * int8 NHWC. The functions on int16 are in mcuq_int16.h.
 *
 * Parameters that several functions have. Only what is said to be checked is checked; anything
 * else out of its range is undefined.
 *
 *   ctx           scratch. Not used here, where every *_get_buffer_size returns 0; ask anyway and
 *                 pass a valid structure: Arm's library answers otherwise.
 *   *_dims        n, h, w, c, each at least 1.
 *   input_data    input_dims->n images of h × w pixels of c values.
 *   filter_data   int8, or in the _s4 forms two values a byte, low nibble first, over the flattened
 *                 tensor. -128 and -8 are allowed.
 *   bias_dims     not used.
 *   bias_data     an int32 an output channel, in units of the sums, or NULL.
 *   output_data   output_dims->n × h × w pixels of c values; must not overlap the inputs, unless
 *                 it is said that it may.
 *   input_offset  minus the input's zero point: -127 to 128.
 *   output_offset the output's zero point: -128 to 127.
 *   multiplier, shift
 *                 requantization, sum × multiplier × 2^(shift - 31): multiplier 0 or 2^30 to
 *                 2^31 - 1, shift -31 to 30, positive to the left; the shifted sum must fit int32.
 *   stride        at least 1, in pixels of the input (w, h).
 *   padding       rows and columns before the first one, at least 0. How many follow the last one
 *                 is for output_dims to say. Padding holds the zero point.
 *   dilation      at least 1.
 *   activation    min and max of the output, both included: -128 <= min <= max <= 127.
 *
 * Sums are int32: bias and products together must fit. 65,000 products and a bias within ±2^24
 * always do.
 *
 * Requantization is TFLite Micro's: doubling high multiply, then rounding right shift, both
 * rounding (gemmlowp's double rounding).
 *
 * Return codes: ARM_CMSIS_NN_SUCCESS, or ARM_CMSIS_NN_ARG_ERROR where a check fails; nothing is
 * written then. No other code is returned here; Arm's library may return ARM_CMSIS_NN_NO_IMPL_ERROR
 * and ARM_CMSIS_NN_FAILURE, too.
 */
#ifndef MCUQ_NNFUNCTIONS_H
#define MCUQ_NNFUNCTIONS_H

#include "mcuq_nn_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Convolution of any shape, grouped too.
 *
 * input_dims   N, H, W, C_IN
 * filter_dims  C_OUT, HK, WK, C_IN / groups
 * output_dims  N, H, W, C_OUT
 *
 * ARM_CMSIS_NN_ARG_ERROR: filter_dims->c does not divide input_dims->c, or the number of groups
 * that results does not divide output_dims->c. */
arm_cmsis_nn_status mcuq_convolve_wrapper_s8(const cmsis_nn_context *ctx,
    const cmsis_nn_conv_params *conv_params, const cmsis_nn_per_channel_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data, const cmsis_nn_dims *filter_dims,
    const int8_t *filter_data, const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *output_dims, int8_t *output_data);
arm_cmsis_nn_status mcuq_convolve_wrapper_s4(const cmsis_nn_context *ctx,
    const cmsis_nn_conv_params *conv_params, const cmsis_nn_per_channel_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data, const cmsis_nn_dims *filter_dims,
    const int8_t *filter_data, const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *output_dims, int8_t *output_data);

/* Bytes of scratch that the function of the same name wants in its context: 0. */
int32_t mcuq_convolve_wrapper_s8_get_buffer_size(const cmsis_nn_conv_params *conv_params,
    const cmsis_nn_dims *input_dims, const cmsis_nn_dims *filter_dims,
    const cmsis_nn_dims *output_dims);
int32_t mcuq_convolve_wrapper_s4_get_buffer_size(const cmsis_nn_conv_params *conv_params,
    const cmsis_nn_dims *input_dims, const cmsis_nn_dims *filter_dims,
    const cmsis_nn_dims *output_dims);

/* The same, as the wrappers call it.
 *
 * upscale_dims  NULL
 *
 * ARM_CMSIS_NN_ARG_ERROR: as above, and where upscale_dims is not NULL. */
arm_cmsis_nn_status mcuq_convolve_s8(const cmsis_nn_context *ctx,
    const cmsis_nn_conv_params *conv_params, const cmsis_nn_per_channel_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data, const cmsis_nn_dims *filter_dims,
    const int8_t *filter_data, const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *upscale_dims, const cmsis_nn_dims *output_dims, int8_t *output_data);
arm_cmsis_nn_status mcuq_convolve_s4(const cmsis_nn_context *ctx,
    const cmsis_nn_conv_params *conv_params, const cmsis_nn_per_channel_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data, const cmsis_nn_dims *filter_dims,
    const int8_t *filter_data, const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *output_dims, int8_t *output_data);

/* Bytes of scratch: 0. */
int32_t mcuq_convolve_s8_get_buffer_size(
    const cmsis_nn_dims *input_dims, const cmsis_nn_dims *filter_dims);
int32_t mcuq_convolve_s4_get_buffer_size(
    const cmsis_nn_dims *input_dims, const cmsis_nn_dims *filter_dims);

/* Convolution with a 1×1 kernel, one group, no padding, any stride.
 *
 * input_dims   N, H, W, C_IN
 * filter_dims  C_OUT, 1, 1, C_IN
 * output_dims  N, H, W, C_OUT
 *
 * ARM_CMSIS_NN_ARG_ERROR: filter_dims->h or ->w is not 1, filter_dims->c is not input_dims->c, or
 * the padding is not 0. */
arm_cmsis_nn_status mcuq_convolve_1x1_s8(const cmsis_nn_context *ctx,
    const cmsis_nn_conv_params *conv_params, const cmsis_nn_per_channel_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data, const cmsis_nn_dims *filter_dims,
    const int8_t *filter_data, const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *output_dims, int8_t *output_data);
arm_cmsis_nn_status mcuq_convolve_1x1_s4(const cmsis_nn_context *ctx,
    const cmsis_nn_conv_params *conv_params, const cmsis_nn_per_channel_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data, const cmsis_nn_dims *filter_dims,
    const int8_t *filter_data, const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *output_dims, int8_t *output_data);

/* The same with stride 1.
 *
 * ARM_CMSIS_NN_ARG_ERROR: as above, and where a stride is not 1. */
arm_cmsis_nn_status mcuq_convolve_1x1_s8_fast(const cmsis_nn_context *ctx,
    const cmsis_nn_conv_params *conv_params, const cmsis_nn_per_channel_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data, const cmsis_nn_dims *filter_dims,
    const int8_t *filter_data, const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *output_dims, int8_t *output_data);
arm_cmsis_nn_status mcuq_convolve_1x1_s4_fast(const cmsis_nn_context *ctx,
    const cmsis_nn_conv_params *conv_params, const cmsis_nn_per_channel_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data, const cmsis_nn_dims *filter_dims,
    const int8_t *filter_data, const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *output_dims, int8_t *output_data);

/* Bytes of scratch: 0. */
int32_t mcuq_convolve_1x1_s8_fast_get_buffer_size(const cmsis_nn_dims *input_dims);
int32_t mcuq_convolve_1x1_s4_fast_get_buffer_size(const cmsis_nn_dims *input_dims);

/* Depthwise convolution of any shape: output channel c reads input channel c / ch_mult.
 *
 * dw_conv_params  ch_mult: output channels an input channel, at least 1
 * input_dims      N, H, W, C_IN
 * filter_dims     1, HK, WK, C_OUT
 * output_dims     N, H, W, C_OUT = C_IN × ch_mult
 *
 * ARM_CMSIS_NN_ARG_ERROR: ch_mult is below 1, or output_dims->c is not input_dims->c × ch_mult. */
arm_cmsis_nn_status mcuq_depthwise_conv_wrapper_s8(const cmsis_nn_context *ctx,
    const cmsis_nn_dw_conv_params *dw_conv_params,
    const cmsis_nn_per_channel_quant_params *quant_params, const cmsis_nn_dims *input_dims,
    const int8_t *input_data, const cmsis_nn_dims *filter_dims, const int8_t *filter_data,
    const cmsis_nn_dims *bias_dims, const int32_t *bias_data, const cmsis_nn_dims *output_dims,
    int8_t *output_data);
arm_cmsis_nn_status mcuq_depthwise_conv_wrapper_s4(const cmsis_nn_context *ctx,
    const cmsis_nn_dw_conv_params *dw_conv_params,
    const cmsis_nn_per_channel_quant_params *quant_params, const cmsis_nn_dims *input_dims,
    const int8_t *input_data, const cmsis_nn_dims *filter_dims, const int8_t *filter_data,
    const cmsis_nn_dims *bias_dims, const int32_t *bias_data, const cmsis_nn_dims *output_dims,
    int8_t *output_data);

/* Bytes of scratch that the function of the same name wants in its context: 0. */
int32_t mcuq_depthwise_conv_wrapper_s8_get_buffer_size(const cmsis_nn_dw_conv_params *dw_conv_params,
    const cmsis_nn_dims *input_dims, const cmsis_nn_dims *filter_dims,
    const cmsis_nn_dims *output_dims);
int32_t mcuq_depthwise_conv_wrapper_s4_get_buffer_size(const cmsis_nn_dw_conv_params *dw_conv_params,
    const cmsis_nn_dims *input_dims, const cmsis_nn_dims *filter_dims,
    const cmsis_nn_dims *output_dims);

/* The same, as the wrappers call it. */
arm_cmsis_nn_status mcuq_depthwise_conv_s8(const cmsis_nn_context *ctx,
    const cmsis_nn_dw_conv_params *dw_conv_params,
    const cmsis_nn_per_channel_quant_params *quant_params, const cmsis_nn_dims *input_dims,
    const int8_t *input_data, const cmsis_nn_dims *filter_dims, const int8_t *filter_data,
    const cmsis_nn_dims *bias_dims, const int32_t *bias_data, const cmsis_nn_dims *output_dims,
    int8_t *output_data);
arm_cmsis_nn_status mcuq_depthwise_conv_s4(const cmsis_nn_context *ctx,
    const cmsis_nn_dw_conv_params *dw_conv_params,
    const cmsis_nn_per_channel_quant_params *quant_params, const cmsis_nn_dims *input_dims,
    const int8_t *input_data, const cmsis_nn_dims *filter_dims, const int8_t *filter_data,
    const cmsis_nn_dims *bias_dims, const int32_t *bias_data, const cmsis_nn_dims *output_dims,
    int8_t *output_data);

/* Dense layer with one multiplier and shift for all outputs.
 *
 * fc_params    filter_offset: minus the filter's zero point, -127 to 128; 0 for symmetric weights
 * input_dims   not used: a row has filter_dims->n values
 * filter_dims  n = values of a row (H × W × C_IN), c = C_OUT; h and w are not used. The filter is
 *              C_OUT rows of n weights
 * output_dims  n = rows, c = C_OUT; h and w are not used
 *
 * ARM_CMSIS_NN_ARG_ERROR: output_dims->c is not filter_dims->c, or filter_dims->n is negative. */
arm_cmsis_nn_status mcuq_fully_connected_s8(const cmsis_nn_context *ctx,
    const cmsis_nn_fc_params *fc_params, const cmsis_nn_per_tensor_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data, const cmsis_nn_dims *filter_dims,
    const int8_t *filter_data, const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *output_dims, int8_t *output_data);
arm_cmsis_nn_status mcuq_fully_connected_s4(const cmsis_nn_context *ctx,
    const cmsis_nn_fc_params *fc_params, const cmsis_nn_per_tensor_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data, const cmsis_nn_dims *filter_dims,
    const int8_t *filter_data, const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *output_dims, int8_t *output_data);

/* Bytes of scratch of mcuq_fully_connected_s8: 0. */
int32_t mcuq_fully_connected_s8_get_buffer_size(const cmsis_nn_dims *filter_dims);

/* The same with a multiplier and a shift for each of the C_OUT outputs. */
arm_cmsis_nn_status mcuq_fully_connected_per_channel_s8(const cmsis_nn_context *ctx,
    const cmsis_nn_fc_params *fc_params, const cmsis_nn_per_channel_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data, const cmsis_nn_dims *filter_dims,
    const int8_t *filter_data, const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *output_dims, int8_t *output_data);

/* One of the two above.
 *
 * quant_params  multiplier and shift: C_OUT values each where is_per_channel is not 0, else one */
arm_cmsis_nn_status mcuq_fully_connected_wrapper_s8(const cmsis_nn_context *ctx,
    const cmsis_nn_fc_params *fc_params, const cmsis_nn_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data, const cmsis_nn_dims *filter_dims,
    const int8_t *filter_data, const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *output_dims, int8_t *output_data);

/* Pooling of each channel over windows of filter_dims->h × filter_dims->w. Values outside the input
 * do not count; the mean is rounded half away from zero.
 *
 * pool_params  padding: smaller than the window, so that each window holds a value of the input
 * input_dims   N, H, W, C
 * filter_dims  h and w; n and c are not used
 * output_dims  n is not used (N is input_dims->n); h, w, C
 *
 * ARM_CMSIS_NN_ARG_ERROR: output_dims->c is not input_dims->c. */
arm_cmsis_nn_status mcuq_avgpool_s8(const cmsis_nn_context *ctx,
    const cmsis_nn_pool_params *pool_params, const cmsis_nn_dims *input_dims,
    const int8_t *input_data, const cmsis_nn_dims *filter_dims, const cmsis_nn_dims *output_dims,
    int8_t *output_data);
arm_cmsis_nn_status mcuq_max_pool_s8(const cmsis_nn_context *ctx,
    const cmsis_nn_pool_params *pool_params, const cmsis_nn_dims *input_dims,
    const int8_t *input_data, const cmsis_nn_dims *filter_dims, const cmsis_nn_dims *output_dims,
    int8_t *output_data);

/* Bytes of scratch of mcuq_avgpool_s8 for a width and a number of channels: 0. */
int32_t mcuq_avgpool_s8_get_buffer_size(const int dim_dst_width, const int ch_src);

/* Softmax over num_rows rows of row_size values, each at least 1; output scale 1/256, zero point
 * -128. output may be input.
 *
 * mult, shift  bring differences of two inputs to Q5.26: mult 2^30 to 2^31 - 1, shift 0 to 30
 * diff_min     the smallest difference to a row's maximum that still counts, at most 0; diff_min ×
 *              2^shift must fit int32
 *
 * Returns nothing: there is nothing to check. */
void mcuq_softmax_s8(const int8_t *input, const int32_t num_rows, const int32_t row_size,
    const int32_t mult, const int32_t shift, const int32_t diff_min, int8_t *output);

/* Sum of block_size values (at least 0) of two tensors of one shape: both operands are brought to a
 * common scale, 2^left_shift finer, then added. output may be either input.
 *
 * input_*_offset              minus the operand's zero point: -127 to 128
 * input_*_mult, input_*_shift requantization of (x + offset) × 2^left_shift
 * left_shift                  0 to 22; TFLite Micro uses 20
 * out_offset                  the output's zero point: -128 to 127
 * out_mult, out_shift         requantization of the sum, which must fit int32
 * out_activation_*            min and max as in activation
 *
 * Returns ARM_CMSIS_NN_SUCCESS: there is nothing to check. */
arm_cmsis_nn_status mcuq_elementwise_add_s8(const int8_t *input_1_vect, const int8_t *input_2_vect,
    const int32_t input_1_offset, const int32_t input_1_mult, const int32_t input_1_shift,
    const int32_t input_2_offset, const int32_t input_2_mult, const int32_t input_2_shift,
    const int32_t left_shift, int8_t *output, const int32_t out_offset, const int32_t out_mult,
    const int32_t out_shift, const int32_t out_activation_min, const int32_t out_activation_max,
    const int32_t block_size);

/* Product of block_size values (at least 0) of two tensors of one shape, requantized by out_mult
 * and out_shift. output may be either input. Offsets and activation as above.
 *
 * Returns ARM_CMSIS_NN_SUCCESS: there is nothing to check. */
arm_cmsis_nn_status mcuq_elementwise_mul_s8(const int8_t *input_1_vect, const int8_t *input_2_vect,
    const int32_t input_1_offset, const int32_t input_2_offset, int8_t *output,
    const int32_t out_offset, const int32_t out_mult, const int32_t out_shift,
    const int32_t out_activation_min, const int32_t out_activation_max, const int32_t block_size);

#ifdef __cplusplus
}
#endif

#endif
