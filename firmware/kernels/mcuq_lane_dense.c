/* Dense layer of one row by lanes of bytes. */
#include "mcuq_lanes.h"

void mcuq_lane_dense(const mcuq_dense *p, const int32_t *weights,
    const mcuq_lane_group *channels, const int8_t *input, int8_t *output, int32_t *scratch,
    mcuq_lane_row *row)
{
    const int32_t depth = (p->depth + 3) / 4 * 4;
    const int8_t *column = input;
    if (depth != p->depth) {
        /* Rows of weights are whole words: so has the input to be. */
        scratch[depth / 4 - 1] = 0;
        mcuq_lane_copy((int8_t *)scratch, 0, input, 0, p->depth, 1);
        column = (const int8_t *)scratch;
    }
    row(column, depth, (const int8_t *)weights, channels, p->output_zero_point,
        p->outputs, output);
    mcuq_clamp_s8(output, p->outputs, p->activation_min, p->activation_max);
}
