/* Kernels with int16 activations and int8 or int4 weights (16x8). Zero points are 0.
 *
 * Sums are 64 bits wide and rescaled with one rounding by a 15-bit factor, as TFLite Micro and
 * CMSIS-NN do. Structures, layouts, "in place", ranges and return codes are those of the int8 forms
 * (mcuq_nnfunctions.h), but: offsets are not read, activations are within -32768 … 32767, shifts
 * within -31 … 7, and a sum, bias included, must stay within ±2^47. Filters of the _s4 forms are
 * packed two a byte, low nibble first, over the flattened tensor.
 */
#ifndef MCUQ_INT16_H
#define MCUQ_INT16_H

#include "mcuq_nnfunctions.h"
#include "mcuq_kernels.h"

#ifdef __cplusplus
extern "C" {
#endif

/* CMSIS-NN's forms. Biases are int64 and may be NULL. ARM_CMSIS_NN_ARG_ERROR of a convolution, too,
 * where is_int32_bias is true. A dense layer has input_dims->n rows. */
arm_cmsis_nn_status mcuq_convolve_wrapper_s16(const cmsis_nn_context *ctx,
    const cmsis_nn_conv_params *conv_params, const cmsis_nn_per_channel_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int16_t *input_data, const cmsis_nn_dims *filter_dims,
    const int8_t *filter_data, const cmsis_nn_dims *bias_dims,
    const cmsis_nn_bias_data *bias_data, const cmsis_nn_dims *output_dims, int16_t *output_data);
arm_cmsis_nn_status mcuq_depthwise_conv_wrapper_s16(const cmsis_nn_context *ctx,
    const cmsis_nn_dw_conv_params *dw_conv_params,
    const cmsis_nn_per_channel_quant_params *quant_params, const cmsis_nn_dims *input_dims,
    const int16_t *input_data, const cmsis_nn_dims *filter_dims, const int8_t *filter_data,
    const cmsis_nn_dims *bias_dims, const mcuq_int64 *bias_data, const cmsis_nn_dims *output_dims,
    int16_t *output_data);
arm_cmsis_nn_status mcuq_fully_connected_s16(const cmsis_nn_context *ctx,
    const cmsis_nn_fc_params *fc_params, const cmsis_nn_per_tensor_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int16_t *input_data, const cmsis_nn_dims *filter_dims,
    const int8_t *filter_data, const cmsis_nn_dims *bias_dims, const mcuq_int64 *bias_data,
    const cmsis_nn_dims *output_dims, int16_t *output_data);
arm_cmsis_nn_status mcuq_avgpool_s16(const cmsis_nn_context *ctx,
    const cmsis_nn_pool_params *pool_params, const cmsis_nn_dims *input_dims,
    const int16_t *input_data, const cmsis_nn_dims *filter_dims, const cmsis_nn_dims *output_dims,
    int16_t *output_data);
arm_cmsis_nn_status mcuq_max_pool_s16(const cmsis_nn_context *ctx,
    const cmsis_nn_pool_params *pool_params, const cmsis_nn_dims *input_dims,
    const int16_t *input_data, const cmsis_nn_dims *filter_dims, const cmsis_nn_dims *output_dims,
    int16_t *output_data);
arm_cmsis_nn_status mcuq_softmax_s16(const int16_t *input, int32_t num_rows, int32_t row_size,
    int32_t mult, int32_t shift, const cmsis_nn_softmax_lut_s16 *softmax_params, int16_t *output);

/* Of int8 rows: parameters as of mcuq_softmax_s8, diff_min at most 0; output may not be input. */
void mcuq_softmax_s8_s16(const int8_t *input, int32_t num_rows, int32_t row_size, int32_t mult,
    int32_t shift, int32_t diff_min, int16_t *output);

/* int4 filters, and dense filters with a scale a row: CMSIS-NN has no such forms. */
arm_cmsis_nn_status mcuq_convolve_s16_s4(const cmsis_nn_context *ctx,
    const cmsis_nn_conv_params *conv_params, const cmsis_nn_per_channel_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int16_t *input_data, const cmsis_nn_dims *filter_dims,
    const int8_t *filter_data, const cmsis_nn_dims *bias_dims,
    const cmsis_nn_bias_data *bias_data, const cmsis_nn_dims *output_dims, int16_t *output_data);
arm_cmsis_nn_status mcuq_depthwise_conv_s16_s4(const cmsis_nn_context *ctx,
    const cmsis_nn_dw_conv_params *dw_conv_params,
    const cmsis_nn_per_channel_quant_params *quant_params, const cmsis_nn_dims *input_dims,
    const int16_t *input_data, const cmsis_nn_dims *filter_dims, const int8_t *filter_data,
    const cmsis_nn_dims *bias_dims, const mcuq_int64 *bias_data, const cmsis_nn_dims *output_dims,
    int16_t *output_data);
arm_cmsis_nn_status mcuq_fully_connected_per_channel_s16(const cmsis_nn_context *ctx,
    const cmsis_nn_fc_params *fc_params, const cmsis_nn_per_channel_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int16_t *input_data, const cmsis_nn_dims *filter_dims,
    const int8_t *filter_data, const cmsis_nn_dims *bias_dims, const mcuq_int64 *bias_data,
    const cmsis_nn_dims *output_dims, int16_t *output_data);
arm_cmsis_nn_status mcuq_fully_connected_s16_s4(const cmsis_nn_context *ctx,
    const cmsis_nn_fc_params *fc_params, const cmsis_nn_per_tensor_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int16_t *input_data, const cmsis_nn_dims *filter_dims,
    const int8_t *filter_data, const cmsis_nn_dims *bias_dims, const mcuq_int64 *bias_data,
    const cmsis_nn_dims *output_dims, int16_t *output_data);

/* As the _s8 forms of mcuq_kernels.h; offsets are 0. */
void mcuq_add_s16(const mcuq_binary *p, const int16_t *a, const int16_t *b, int16_t *output);
void mcuq_sub_s16(const mcuq_binary *p, const int16_t *a, const int16_t *b, int16_t *output);
void mcuq_mul_s16(const mcuq_binary *p, const int16_t *a, const int16_t *b, int16_t *output);
void mcuq_minimum_s16(const mcuq_extreme *p, const int16_t *a, const int16_t *b, int16_t *output);
void mcuq_maximum_s16(const mcuq_extreme *p, const int16_t *a, const int16_t *b, int16_t *output);
void mcuq_select_s16(const mcuq_select *p, const int8_t *condition, const int16_t *a,
    const int16_t *b, int16_t *output);
void mcuq_mean_s16(const mcuq_mean *p, const int16_t *input, int16_t *output);
void mcuq_batch_matmul_s16(
    const mcuq_matmul *p, const int16_t *a, const int16_t *b, int16_t *output);
void mcuq_copy_s16(const mcuq_layout *p, const int16_t *input, int16_t *output);
void mcuq_update_s16(
    const mcuq_update *p, const int16_t *update, const int32_t *place, int16_t *output);
void mcuq_pad_s16(const mcuq_pad *p, const int16_t *input, int16_t *output);
void mcuq_resize_nearest_s16(const mcuq_resize *p, const int16_t *input, int16_t *output);

/* LEAKY_RELU, RELU, RELU6: one factor from 0 on, one below, then a clamp. In place: yes. */
typedef struct {
    int32_t multiplier;
    int32_t shift;
    int32_t negative_multiplier;
    int32_t negative_shift;
    int32_t activation_min;
    int32_t activation_max;
    int32_t count;
} mcuq_leaky_relu;

void mcuq_leaky_relu_s16(const mcuq_leaky_relu *p, const int16_t *input, int16_t *output);

/* |x| × multiplier × 2^(shift - 31), at most 32767. In place: yes. */
typedef struct {
    int32_t multiplier;
    int32_t shift;
    int32_t count;
} mcuq_abs;

void mcuq_abs_s16(const mcuq_abs *p, const int16_t *input, int16_t *output);

/* 2^20 / √x × multiplier × 2^(shift - 31); 32767 from 0 down. In place: yes. */
typedef struct {
    int32_t multiplier;
    int32_t shift;
    int32_t count;
} mcuq_rsqrt;

void mcuq_rsqrt_s16(const mcuq_rsqrt *p, const int16_t *input, int16_t *output);

/* LOGISTIC and TANH of x × multiplier / 2^shift, in steps of 1 / 12288, into Q0.15. The table has
 * 256 entries of logistic(i / 24), Q0.16, interpolated. In place: yes. */
typedef struct {
    int32_t multiplier;
    int32_t shift;
    int32_t count;
    const uint16_t *table;
} mcuq_sigmoid;

void mcuq_logistic_s16(const mcuq_sigmoid *p, const int16_t *input, int16_t *output);
void mcuq_tanh_s16(const mcuq_sigmoid *p, const int16_t *input, int16_t *output);

/* Inner parts. */

/* Σ x[i] × weight of elements index … index + count - 1 of a stored filter. */
typedef int64_t mcuq_dot_s16(const int16_t *x, const int8_t *filter, int32_t index, int32_t count);
int64_t mcuq_dot_s16_s8(const int16_t *x, const int8_t *filter, int32_t index, int32_t count);
int64_t mcuq_dot_s16_s4(const int16_t *x, const int8_t *filter, int32_t index, int32_t count);

arm_cmsis_nn_status mcuq_convolve_windows_s16(const cmsis_nn_conv_params *conv_params,
    const cmsis_nn_per_channel_quant_params *quant_params, const cmsis_nn_dims *input_dims,
    const int16_t *input_data, const cmsis_nn_dims *filter_dims, const int8_t *filter_data,
    const mcuq_int64 *bias_data, const cmsis_nn_dims *output_dims, int16_t *output_data,
    mcuq_dot_s16 *dot);
arm_cmsis_nn_status mcuq_depthwise_windows_s16(const cmsis_nn_dw_conv_params *dw_conv_params,
    const cmsis_nn_per_channel_quant_params *quant_params, const cmsis_nn_dims *input_dims,
    const int16_t *input_data, const cmsis_nn_dims *filter_dims, const int8_t *filter_data,
    const mcuq_int64 *bias_data, const cmsis_nn_dims *output_dims, int16_t *output_data,
    mcuq_dot_s16 *dot);

/* Dense rows; `step`: 1 for a multiplier and shift a row of the filter, 0 for one of each. */
arm_cmsis_nn_status mcuq_dense_rows_s16(const cmsis_nn_activation *activation,
    const int32_t *multipliers, const int32_t *shifts, int32_t step,
    const cmsis_nn_dims *input_dims, const int16_t *input_data, const cmsis_nn_dims *filter_dims,
    const int8_t *filter_data, const mcuq_int64 *bias_data, const cmsis_nn_dims *output_dims,
    int16_t *output_data, mcuq_dot_s16 *dot);

/* x × multiplier × 2^(shift - 31): the multiplier rounded to 15 bits, one rounding, ties upwards.
 * x within ±2^47, shift -31 to 7. */
static inline int32_t mcuq_requantize_int64(int64_t x, int32_t multiplier, int32_t shift)
{
    const int32_t reduced =
        multiplier < 0x7FFF0000 ? (multiplier + (1 << 15)) >> 16 : 0x7FFF;
    const int32_t total = 15 - shift;
    return (int32_t)((x * reduced + ((int64_t)1 << (total - 1))) >> total);
}

/* Bias of a channel, 0 without biases; words need not be aligned to eight bytes. */
static inline int64_t mcuq_bias_s64(const mcuq_int64 *bias, int32_t channel)
{
    int64_t value = 0;
    if (bias != 0) {
        __builtin_memcpy(&value, (const char *)bias + 8 * channel, sizeof value);
    }
    return value;
}

/* An argument as its table wants it: in the table's steps, rounded. */
static inline int32_t mcuq_sigmoid_argument(const mcuq_sigmoid *p, int32_t x)
{
    const int32_t rounding = p->shift > 0 ? (int32_t)1 << (p->shift - 1) : 0;
    return (x * p->multiplier + rounding) >> p->shift;
}

/* The entry for a magnitude with `fraction` bits below a step, or `end` beyond the table. */
static inline int32_t mcuq_sigmoid_entry(
    const mcuq_sigmoid *p, int32_t magnitude, int32_t fraction, int32_t end)
{
    const int32_t index = magnitude >> fraction;
    if (index >= 255) {
        return end;
    }
    const int32_t start = p->table[index];
    const int32_t part = magnitude & (((int32_t)1 << fraction) - 1);
    return (start << fraction) + part * (p->table[index + 1] - start);
}

static inline int32_t mcuq_saturate_s16(int32_t x)
{
    return x < INT16_MIN ? INT16_MIN : x > INT16_MAX ? INT16_MAX : x;
}

#ifdef __cplusplus
}
#endif

#endif
