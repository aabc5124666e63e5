/* Convolution of any shape with packed int4 weights: the definition the faster kernels are
 * tested against. */
#include <stddef.h>

#include "arm_nnfunctions.h"
#include "mcuq_arith.h"

typedef struct {
    const cmsis_nn_conv_params *params;
    const cmsis_nn_dims *input;
    const cmsis_nn_dims *filter;
    const int8_t *input_data;
    const int8_t *filter_data;
} window_source;

/* Σ (input + offset) × weight over the taps inside the input; y, x: the window's first row and
 * column (negative in the padding); filter row `channel`, input channels from `group` on. */
static int32_t window_sum(
    const window_source *s, int32_t y, int32_t x, int32_t channel, int32_t group)
{
    int32_t sum = 0;
    int32_t tap = channel * s->filter->h * s->filter->w * s->filter->c;
    for (int32_t ky = 0; ky < s->filter->h; ky++) {
        const int32_t iy = y + ky * s->params->dilation.h;
        for (int32_t kx = 0; kx < s->filter->w; kx++, tap += s->filter->c) {
            const int32_t ix = x + kx * s->params->dilation.w;
            if (iy < 0 || iy >= s->input->h || ix < 0 || ix >= s->input->w) {
                continue;
            }
            const int8_t *pixel = s->input_data + (iy * s->input->w + ix) * s->input->c + group;
            for (int32_t c = 0; c < s->filter->c; c++) {
                const int32_t weight = mcuq_int4_at(s->filter_data, tap + c);
                sum += (pixel[c] + s->params->input_offset) * weight;
            }
        }
    }
    return sum;
}

int32_t arm_convolve_s4_get_buffer_size(
    const cmsis_nn_dims *input_dims, const cmsis_nn_dims *filter_dims)
{
    (void)input_dims;
    (void)filter_dims;
    return 0;
}

arm_cmsis_nn_status arm_convolve_s4(const cmsis_nn_context *ctx,
    const cmsis_nn_conv_params *conv_params, const cmsis_nn_per_channel_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data, const cmsis_nn_dims *filter_dims,
    const int8_t *filter_data, const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *output_dims, int8_t *output_data)
{
    (void)ctx;
    (void)bias_dims;
    const int32_t channels = output_dims->c;
    const int32_t groups = filter_dims->c > 0 ? input_dims->c / filter_dims->c : 0;
    if (groups < 1 || input_dims->c % filter_dims->c != 0 || channels % groups != 0) {
        return ARM_CMSIS_NN_ARG_ERROR;
    }
    window_source source = {conv_params, input_dims, filter_dims, input_data, filter_data};
    const int32_t pixels = output_dims->h * output_dims->w;
    for (int32_t i = 0; i < input_dims->n * pixels; i++) {
        const int32_t pixel = i % pixels;
        const int32_t y = pixel / output_dims->w * conv_params->stride.h - conv_params->padding.h;
        const int32_t x = pixel % output_dims->w * conv_params->stride.w - conv_params->padding.w;
        source.input_data = input_data + i / pixels * input_dims->h * input_dims->w * input_dims->c;
        for (int32_t c = 0; c < channels; c++) {
            const int32_t group = c / (channels / groups) * filter_dims->c;
            int32_t sum = (bias_data ? bias_data[c] : 0) + window_sum(&source, y, x, c, group);
            sum = mcuq_requantize(sum, quant_params->multiplier[c], quant_params->shift[c]);
            *output_data++ = (int8_t)mcuq_clamp(sum + conv_params->output_offset,
                conv_params->activation.min, conv_params->activation.max);
        }
    }
    return ARM_CMSIS_NN_SUCCESS;
}
