/* The depthwise driver of int16 activations: any shape and multiplier. */
#include "mcuq_arith.h"
#include "mcuq_int16.h"

typedef struct {
    const cmsis_nn_dw_conv_params *params;
    const cmsis_nn_dims *input;
    const cmsis_nn_dims *filter;
    const int8_t *filter_data;
    mcuq_dot_s16 *dot;
} tap_source;

/* The sum over the taps inside the image, which begins at the window's channel; y, x: the
 * window's first row and column. */
static int64_t tap_sum(const tap_source *s, const int16_t *image, int32_t channel,
    int32_t channels, int32_t y, int32_t x)
{
    int64_t sum = 0;
    for (int32_t ky = 0; ky < s->filter->h; ky++) {
        const int32_t iy = y + ky * s->params->dilation.h;
        for (int32_t kx = 0; kx < s->filter->w; kx++) {
            const int32_t ix = x + kx * s->params->dilation.w;
            if (iy < 0 || iy >= s->input->h || ix < 0 || ix >= s->input->w) {
                continue;
            }
            const int32_t tap = (ky * s->filter->w + kx) * channels + channel;
            const int16_t *pixel = image + (iy * s->input->w + ix) * s->input->c;
            sum += s->dot(pixel, s->filter_data, tap, 1);
        }
    }
    return sum;
}

arm_cmsis_nn_status mcuq_depthwise_windows_s16(const cmsis_nn_dw_conv_params *dw_conv_params,
    const cmsis_nn_per_channel_quant_params *quant_params, const cmsis_nn_dims *input_dims,
    const int16_t *input_data, const cmsis_nn_dims *filter_dims, const int8_t *filter_data,
    const mcuq_int64 *bias_data, const cmsis_nn_dims *output_dims, int16_t *output_data,
    mcuq_dot_s16 *dot)
{
    const int32_t channels = output_dims->c;
    const int32_t multiplier = dw_conv_params->ch_mult;
    if (multiplier < 1 || channels != input_dims->c * multiplier) {
        return ARM_CMSIS_NN_ARG_ERROR;
    }
    const tap_source source = {dw_conv_params, input_dims, filter_dims, filter_data, dot};
    const int32_t pixels = output_dims->h * output_dims->w;
    for (int32_t i = 0; i < input_dims->n * pixels; i++) {
        const int16_t *image =
            input_data + i / pixels * input_dims->h * input_dims->w * input_dims->c;
        const int32_t row = i % pixels / output_dims->w;
        const int32_t y = row * dw_conv_params->stride.h - dw_conv_params->padding.h;
        const int32_t x = i % output_dims->w * dw_conv_params->stride.w - dw_conv_params->padding.w;
        for (int32_t c = 0; c < channels; c++) {
            const int64_t sum = mcuq_bias_s64(bias_data, c) +
                tap_sum(&source, image + c / multiplier, c, channels, y, x);
            const int32_t value = mcuq_requantize_int64(
                sum, quant_params->multiplier[c], quant_params->shift[c]);
            *output_data++ = (int16_t)mcuq_clamp(
                value, dw_conv_params->activation.min, dw_conv_params->activation.max);
        }
    }
    return ARM_CMSIS_NN_SUCCESS;
}
