/* Transposed convolution, a phase at a time: the outputs at one place modulo the stride are a plain
 * convolution of the input with the taps that they meet. */
#include "mcuq_transpose_conv.h"
#include "mcuq_gather.h"

/* One axis of a phase: how many taps, what lies before the first input, and how many outputs. */
typedef struct {
    int32_t taps;
    int32_t before;
    int32_t outputs;
} phase_axis;

static phase_axis axis_of(
    int32_t phase, int32_t kernel, int32_t stride, int32_t padding, int32_t outputs)
{
    const int32_t first = (phase + padding) % stride;
    const int32_t taps = (kernel - first + stride - 1) / stride;
    const phase_axis axis = {
        taps, taps - 1 - (phase + padding) / stride, (outputs - phase + stride - 1) / stride};
    return axis;
}

/* The phase as a convolution of stride 1. */
static mcuq_conv convolution(const mcuq_transpose_conv *p, phase_axis rows, phase_axis columns)
{
    mcuq_conv conv = {0};
    conv.input_height = p->input_height;
    conv.input_width = p->input_width;
    conv.input_channels = p->input_channels;
    conv.output_height = (uint16_t)rows.outputs;
    conv.output_width = (uint16_t)columns.outputs;
    conv.output_channels = p->output_channels;
    conv.kernel_height = (uint16_t)rows.taps;
    conv.kernel_width = (uint16_t)columns.taps;
    conv.stride_y = conv.stride_x = conv.dilation_y = conv.dilation_x = 1;
    conv.pad_top = (uint16_t)rows.before;
    conv.pad_left = (uint16_t)columns.before;
    conv.input_zero_point = (int8_t)p->input_zero_point;
    return conv;
}

/* Where output pixel `pixel` of a phase is; output: at the phase's first. */
static int8_t *place(
    const mcuq_transpose_conv *p, const mcuq_conv *conv, int8_t *output, int32_t pixel)
{
    const int32_t row = pixel / conv->output_width;
    const int32_t column = pixel - row * conv->output_width;
    const int32_t at = row * p->stride_y * p->output_width + column * p->stride_x;
    return output + at * p->output_channels;
}

static void image_of(const mcuq_transpose_conv *p, const int32_t *weights,
    const mcuq_channel *channels, const int8_t *input, int8_t *output, int32_t *scratch,
    mcuq_multiply *multiply, int32_t words, int32_t offset)
{
    const int32_t groups = (p->output_channels + 3) / 4;
    for (int32_t phase = 0; phase < p->stride_y * p->stride_x; phase++) {
        const int32_t y = phase / p->stride_x;
        const int32_t x = phase - y * p->stride_x;
        const mcuq_conv conv = convolution(p,
            axis_of(y, p->kernel_height, p->stride_y, p->pad_top, p->output_height),
            axis_of(x, p->kernel_width, p->stride_x, p->pad_left, p->output_width));
        const int32_t depth = mcuq_padded_depth(&conv);
        int8_t *first_pixel = output + (y * p->output_width + x) * p->output_channels;
        const int32_t pixels = conv.output_height * conv.output_width;
        for (int32_t first = 0; first < pixels; first += 2) {
            const int32_t second = first + 1 < pixels ? first + 1 : first;
            mcuq_gather(&conv, scratch, input, first, second);
            if (offset) {
                mcuq_column_sums(scratch, depth);
            }
            multiply(scratch, depth, weights, channels, p->output_channels,
                place(p, &conv, first_pixel, first), place(p, &conv, first_pixel, second),
                p->output_zero_point);
        }
        weights += groups * (depth / 4) * words;
        channels += p->output_channels;
    }
}

void mcuq_transpose_conv_phases(const mcuq_transpose_conv *p, const int32_t *weights,
    const mcuq_channel *channels, const int8_t *input, int8_t *output, int32_t *scratch,
    mcuq_multiply *multiply, int32_t words, int32_t offset)
{
    const int32_t source = p->input_height * p->input_width * p->input_channels;
    const int32_t result = p->output_height * p->output_width * p->output_channels;
    for (int32_t i = 0; i < p->images; i++) {
        image_of(p, weights, channels, input + i * source, output + i * result, scratch, multiply,
            words, offset);
    }
    mcuq_clamp_s8(output, p->images * result, p->activation_min, p->activation_max);
}
