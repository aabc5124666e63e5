/* 1×1 convolution: two pixels at a time are unpacked once and meet all output channels. */
#include "mcuq_columns.h"

void mcuq_pointwise_rows(const mcuq_pointwise *p, const int32_t *weights,
    const mcuq_channel *channels, const int8_t *input, int8_t *output, int32_t *scratch,
    mcuq_multiply *multiply, int32_t offset)
{
    const int32_t words = (p->input_channels + 3) / 4 * 4;
    const int32_t steps = (p->pixels + 1) / 2;
    const int32_t zero_point = p->output_zero_point;
    for (int32_t step = 0; step < steps; step++) {
        const int32_t pair = p->direction == MCUQ_DESCENDING ? steps - 1 - step : step;
        const int32_t first = 2 * pair;
        const int32_t second = first + 1 < p->pixels ? first + 1 : first;
        mcuq_unpack_2(input + first * p->input_channels, input + second * p->input_channels,
            p->input_channels, scratch + MCUQ_COLUMN_HEADER);
        if (offset) {
            mcuq_column_sums(scratch, words);
        }
        multiply(scratch, words, weights, channels, p->output_channels,
            output + first * p->output_channels, output + second * p->output_channels, zero_point);
    }
    mcuq_clamp_s8(output, p->pixels * p->output_channels, p->activation_min, p->activation_max);
}
