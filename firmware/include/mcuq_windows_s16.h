/* The body of int16 convolutions, whose biases may be int64 or int32. */
#ifndef MCUQ_WINDOWS_S16_H
#define MCUQ_WINDOWS_S16_H

#include "mcuq_arith.h"
#include "mcuq_int16.h"

typedef struct {
    const cmsis_nn_conv_params *params;
    const cmsis_nn_dims *input;
    const cmsis_nn_dims *filter;
    const int16_t *input_data;
    const int8_t *filter_data;
    mcuq_dot_s16 *dot;
} mcuq_window_source;

/* The sum over the taps inside the input; y, x: the window's first row and column (negative in
 * the padding); input channels from `group` on. */
static inline int64_t mcuq_window_sum(
    const mcuq_window_source *s, int32_t y, int32_t x, int32_t channel, int32_t group)
{
    int64_t sum = 0;
    int32_t tap = channel * s->filter->h * s->filter->w * s->filter->c;
    for (int32_t ky = 0; ky < s->filter->h; ky++) {
        const int32_t iy = y + ky * s->params->dilation.h;
        for (int32_t kx = 0; kx < s->filter->w; kx++, tap += s->filter->c) {
            const int32_t ix = x + kx * s->params->dilation.w;
            if (iy < 0 || iy >= s->input->h || ix < 0 || ix >= s->input->w) {
                continue;
            }
            const int16_t *pixel = s->input_data + (iy * s->input->w + ix) * s->input->c + group;
            sum += s->dot(pixel, s->filter_data, tap, s->filter->c);
        }
    }
    return sum;
}

/* From a channel's sum of products to its output, before the clamp. */
typedef int32_t mcuq_biased(
    const void *bias, int32_t channel, int64_t sum, int32_t multiplier, int32_t shift);

/* An int64 bias: one rounding by a 15-bit factor. */
static inline int32_t mcuq_biased_s64(
    const void *bias, int32_t channel, int64_t sum, int32_t multiplier, int32_t shift)
{
    return mcuq_requantize_int64(sum + mcuq_bias_s64(bias, channel), multiplier, shift);
}

/* Convolution of any shape, grouped too. */
static inline __attribute__((always_inline)) arm_cmsis_nn_status mcuq_windows_s16(
    const cmsis_nn_conv_params *conv_params, const cmsis_nn_per_channel_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int16_t *input_data, const cmsis_nn_dims *filter_dims,
    const int8_t *filter_data, const void *bias_data, const cmsis_nn_dims *output_dims,
    int16_t *output_data, mcuq_dot_s16 *dot, mcuq_biased *biased)
{
    const int32_t channels = output_dims->c;
    const int32_t groups = filter_dims->c > 0 ? input_dims->c / filter_dims->c : 0;
    if (groups < 1 || input_dims->c % filter_dims->c != 0 || channels % groups != 0) {
        return ARM_CMSIS_NN_ARG_ERROR;
    }
    mcuq_window_source source = {
        conv_params, input_dims, filter_dims, input_data, filter_data, dot};
    const int32_t pixels = output_dims->h * output_dims->w;
    for (int32_t i = 0; i < input_dims->n * pixels; i++) {
        const int32_t pixel = i % pixels;
        const int32_t y = pixel / output_dims->w * conv_params->stride.h - conv_params->padding.h;
        const int32_t x = pixel % output_dims->w * conv_params->stride.w - conv_params->padding.w;
        source.input_data = input_data + i / pixels * input_dims->h * input_dims->w * input_dims->c;
        for (int32_t c = 0; c < channels; c++) {
            const int32_t group = c / (channels / groups) * filter_dims->c;
            const int32_t value = biased(bias_data, c, mcuq_window_sum(&source, y, x, c, group),
                quant_params->multiplier[c], quant_params->shift[c]);
            *output_data++ = (int16_t)mcuq_clamp(
                value, conv_params->activation.min, conv_params->activation.max);
        }
    }
    return ARM_CMSIS_NN_SUCCESS;
}

#endif
