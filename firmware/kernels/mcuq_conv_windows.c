/* Convolution: the windows of two output pixels are gathered into columns, padding included, and
 * meet all output channels. Both windows are read before either pixel is written. */
#include "mcuq_gather.h"

void mcuq_conv_windows(const mcuq_conv *p, const int32_t *weights, const mcuq_channel *channels,
    const int8_t *input, int8_t *output, int32_t *scratch, mcuq_multiply *multiply,
    int32_t offset)
{
    const int32_t words = mcuq_padded_depth(p);
    const int32_t pixels = p->output_height * p->output_width;
    const int32_t steps = (pixels + 1) / 2;
    const int32_t zero_point = p->output_zero_point;
    for (int32_t step = 0; step < steps; step++) {
        const int32_t pair = p->direction == MCUQ_DESCENDING ? steps - 1 - step : step;
        const int32_t first = 2 * pair;
        const int32_t second = first + 1 < pixels ? first + 1 : first;
        mcuq_gather(p, scratch, input, first, second);
        if (offset) {
            mcuq_column_sums(scratch, words);
        }
        multiply(scratch, words, weights, channels, p->output_channels,
            output + first * p->output_channels, output + second * p->output_channels, zero_point);
    }
    mcuq_clamp_s8(output, pixels * p->output_channels, p->activation_min, p->activation_max);
}
