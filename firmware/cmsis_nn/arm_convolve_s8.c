/* Convolution, also of an input between whose rows or columns lie zero points: as a transposed
 * convolution with stride 2 reads its input. */
#include "arm_nnfunctions.h"
#include "mcuq_filter.h"

/* The window whose first tap is at row y and column x of the spread input; `input` holds one of its
 * values in `step` only. */
static int32_t upscaled_window(const cmsis_nn_conv_params *params,
    const cmsis_nn_dims *spread, const cmsis_nn_tile *step, const int8_t *input,
    const cmsis_nn_dims *filter_dims, const int8_t *filter, int32_t y, int32_t x)
{
    const int32_t depth = filter_dims->c;
    int32_t sum = 0;
    for (int32_t ky = 0; ky < filter_dims->h; ky++, y += params->dilation.h) {
        if (y < 0 || y >= spread->h || y % step->h != 0) {
            continue;
        }
        const int8_t *row = input + y / step->h * (spread->w / step->w) * spread->c;
        int32_t at = x;
        for (int32_t kx = 0; kx < filter_dims->w; kx++, at += params->dilation.w) {
            if (at >= 0 && at < spread->w && at % step->w == 0) {
                sum += mcuq_filter_dot(row + at / step->w * spread->c, params->input_offset, filter,
                    (ky * filter_dims->w + kx) * depth, depth, 0);
            }
        }
    }
    return sum;
}

/* spread: the input's extents with the zero points; they lie between rows or columns where `upscale`
 * says 2. */
static arm_cmsis_nn_status convolve_upscaled(const cmsis_nn_conv_params *params,
    const cmsis_nn_per_channel_quant_params *quant, const cmsis_nn_dims *spread,
    const int8_t *input, const cmsis_nn_dims *filter_dims, const int8_t *filter,
    const int32_t *bias, const cmsis_nn_dims *upscale, const cmsis_nn_dims *output_dims,
    int8_t *output)
{
    const cmsis_nn_tile step = {upscale->w == 2 ? 2 : 1, upscale->h == 2 ? 2 : 1};
    const int32_t image = spread->h / step.h * (spread->w / step.w) * spread->c;
    const int32_t channels = output_dims->c;
    const int32_t depth = filter_dims->c;
    const int32_t groups = depth > 0 ? spread->c / depth : 0;
    if (groups < 1 || spread->c % depth != 0 || channels % groups != 0) {
        return ARM_CMSIS_NN_ARG_ERROR;
    }
    const int32_t pixels = output_dims->h * output_dims->w;
    const int32_t size = filter_dims->h * filter_dims->w * depth;
    for (int32_t i = 0; i < spread->n * pixels; i++) {
        const int32_t y = i % pixels / output_dims->w * params->stride.h - params->padding.h;
        const int32_t x = i % output_dims->w * params->stride.w - params->padding.w;
        for (int32_t c = 0; c < channels; c++) {
            const int8_t *group = input + i / pixels * image + c / (channels / groups) * depth;
            const int32_t sum = upscaled_window(
                params, spread, &step, group, filter_dims, filter + c * size, y, x);
            *output++ = mcuq_filter_output(sum + (bias ? bias[c] : 0), quant->multiplier[c],
                quant->shift[c], params->output_offset, &params->activation);
        }
    }
    return ARM_CMSIS_NN_SUCCESS;
}

arm_cmsis_nn_status arm_convolve_s8(const cmsis_nn_context *ctx,
    const cmsis_nn_conv_params *conv_params, const cmsis_nn_per_channel_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data, const cmsis_nn_dims *filter_dims,
    const int8_t *filter_data, const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *upscale_dims, const cmsis_nn_dims *output_dims, int8_t *output_data)
{
    if (upscale_dims != NULL) {
        return convolve_upscaled(conv_params, quant_params, input_dims, input_data, filter_dims,
            filter_data, bias_data, upscale_dims, output_dims, output_data);
    }
    return mcuq_convolve_s8(ctx, conv_params, quant_params, input_dims, input_data, filter_dims,
        filter_data, bias_dims, bias_data, NULL, output_dims, output_data);
}
