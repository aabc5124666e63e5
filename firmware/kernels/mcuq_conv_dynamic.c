/* Convolution of float32 activations, quantized at run time. */
#include "mcuq_dynamic.h"

/* The sum over the taps inside the input; y, x: the window's first row and column. */
static int32_t window_sum(const mcuq_dynamic_conv *p, const int8_t *filter, const int8_t *image,
    int32_t y, int32_t x, int32_t channel)
{
    int32_t sum = 0;
    int32_t tap = channel * p->kernel_height * p->kernel_width * p->depth;
    for (int32_t ky = 0; ky < p->kernel_height; ky++) {
        const int32_t iy = y + ky * p->dilation_y;
        for (int32_t kx = 0; kx < p->kernel_width; kx++, tap += p->depth) {
            const int32_t ix = x + kx * p->dilation_x;
            if (iy >= 0 && iy < p->input_height && ix >= 0 && ix < p->input_width) {
                const int8_t *pixel = image + (iy * p->input_width + ix) * p->input_channels;
                sum += mcuq_dot_stored(pixel, filter, p->is_int4, tap, p->depth);
            }
        }
    }
    return sum;
}

void mcuq_conv_dynamic(const mcuq_dynamic_conv *p, const int8_t *filter, const float *input,
    float *output, int8_t *scratch)
{
    const int32_t size = p->input_height * p->input_width * p->input_channels;
    const float scale = mcuq_quantize_dynamic(input, size, scratch);
    const int32_t group_outputs = p->output_channels / (p->input_channels / p->depth);
    for (int32_t i = 0; i < p->output_height * p->output_width; i++) {
        const int32_t y = i / p->output_width * p->stride_y - p->pad_top;
        const int32_t x = i % p->output_width * p->stride_x - p->pad_left;
        for (int32_t c = 0; c < p->output_channels; c++) {
            const int8_t *image = scratch + c / group_outputs * p->depth;
            const float sum = (float)window_sum(p, filter, image, y, x, c);
            const float factor = mcuq_product(scale, p->scales[c * p->scale_step]);
            const float value = mcuq_product(sum, factor) + (p->bias ? p->bias[c] : 0.0f);
            *output++ = mcuq_clamp_f32(value, p->low, p->high);
        }
    }
}
