/* 1×1 convolution by lanes of bytes: two pixels at a time are copied, since the output may lie over
 * them, and meet all output channels. */
#include "mcuq_lanes.h"

void mcuq_lane_points(const mcuq_pointwise *p, const int32_t *weights,
    const mcuq_lane_group *channels, const int8_t *input, int8_t *output, int32_t *scratch,
    mcuq_lane_pixels *pixels)
{
    const int32_t inputs = p->input_channels;
    const int32_t outputs = p->output_channels;
    const int32_t depth = (inputs + 3) / 4 * 4;
    const int32_t steps = (p->pixels + 1) / 2;
    int8_t *columns = (int8_t *)scratch;
    /* What a pixel leaves of its last word. */
    scratch[depth / 4 - 1] = 0;
    scratch[depth / 2 - 1] = 0;
    for (int32_t step = 0; step < steps; step++) {
        const int32_t first = 2 * (p->direction == MCUQ_DESCENDING ? steps - 1 - step : step);
        const int32_t second = first + 1 < p->pixels ? first + 1 : first;
        mcuq_lane_copy(
            columns, depth, input + first * inputs, (second - first) * inputs, inputs, 2);
        pixels(columns, depth, (const int8_t *)weights, channels, p->output_zero_point,
            outputs, output + first * outputs, output + second * outputs);
    }
    mcuq_clamp_s8(output, p->pixels * outputs, p->activation_min, p->activation_max);
}
