/* Depthwise convolution of any shape and multiplier with int8 weights: the definition. */
#include "arm_nnfunctions.h"
#include "mcuq_arith.h"

/* Σ (input + offset) × weight over the taps inside the input; y, x: the window's first row and
 * column, input and filter already at their channel. */
static int32_t window_sum(const cmsis_nn_dw_conv_params *params, const cmsis_nn_dims *input_dims,
    const int8_t *input, const cmsis_nn_dims *filter_dims, const int8_t *filter_data,
    int32_t channel, int32_t channels, int32_t y, int32_t x)
{
    int32_t sum = 0;
    for (int32_t ky = 0; ky < filter_dims->h; ky++) {
        const int32_t iy = y + ky * params->dilation.h;
        for (int32_t kx = 0; kx < filter_dims->w; kx++) {
            const int32_t ix = x + kx * params->dilation.w;
            if (iy < 0 || iy >= input_dims->h || ix < 0 || ix >= input_dims->w) {
                continue;
            }
            const int32_t tap = (ky * filter_dims->w + kx) * channels + channel;
            const int32_t value = input[(iy * input_dims->w + ix) * input_dims->c];
            sum += (value + params->input_offset) * filter_data[tap];
        }
    }
    return sum;
}

arm_cmsis_nn_status arm_depthwise_conv_s8(const cmsis_nn_context *ctx,
    const cmsis_nn_dw_conv_params *dw_conv_params,
    const cmsis_nn_per_channel_quant_params *quant_params, const cmsis_nn_dims *input_dims,
    const int8_t *input_data, const cmsis_nn_dims *filter_dims, const int8_t *filter_data,
    const cmsis_nn_dims *bias_dims, const int32_t *bias_data, const cmsis_nn_dims *output_dims,
    int8_t *output_data)
{
    (void)ctx;
    (void)bias_dims;
    const int32_t channels = output_dims->c;
    if (dw_conv_params->ch_mult < 1 || channels != input_dims->c * dw_conv_params->ch_mult) {
        return ARM_CMSIS_NN_ARG_ERROR;
    }
    const int32_t pixels = output_dims->h * output_dims->w;
    for (int32_t i = 0; i < input_dims->n * pixels; i++) {
        const int8_t *image =
            input_data + i / pixels * input_dims->h * input_dims->w * input_dims->c;
        const int32_t row = i % pixels / output_dims->w;
        const int32_t y = row * dw_conv_params->stride.h - dw_conv_params->padding.h;
        const int32_t x = i % output_dims->w * dw_conv_params->stride.w - dw_conv_params->padding.w;
        for (int32_t c = 0; c < channels; c++) {
            int32_t sum = window_sum(dw_conv_params, input_dims,
                image + c / dw_conv_params->ch_mult, filter_dims, filter_data, c, channels, y, x);
            sum += bias_data ? bias_data[c] : 0;
            sum = mcuq_requantize(sum, quant_params->multiplier[c], quant_params->shift[c]);
            *output_data++ = (int8_t)mcuq_clamp(sum + dw_conv_params->output_offset,
                dw_conv_params->activation.min, dw_conv_params->activation.max);
        }
    }
    return ARM_CMSIS_NN_SUCCESS;
}
