/* Dense layer of one row: four outputs at a time, inputs read where they are. */
#include "mcuq_columns.h"
#include "mcuq_output.h"

void mcuq_dense_rows(const mcuq_dense *p, const int32_t *weights, int32_t words,
    const mcuq_channel *channels, const int8_t *input, int8_t *output, mcuq_dot_4x1 *dot,
    int32_t correction)
{
    const int32_t groups = p->depth / 4;
    const int32_t rest = p->depth & 3;
    int8_t tail[4] = {0, 0, 0, 0};
    for (int32_t i = 0; i < rest; i++) {
        tail[i] = input[4 * groups + i];
    }
    int32_t sums[4];
    int32_t tail_sums[4];
    const int32_t zero_point = p->output_zero_point;
    for (int32_t outputs = p->outputs; outputs > 0; outputs -= 4) {
        dot(weights, input, groups, sums, correction);
        weights += groups * words;
        if (rest != 0) {
            dot(weights, tail, 1, tail_sums, 0);
            weights += words;
            for (int32_t c = 0; c < 4; c++) {
                sums[c] += tail_sums[c];
            }
        }
        const int32_t count = outputs < 4 ? outputs : 4;
        for (int32_t c = 0; c < count; c++) {
            *output++ = mcuq_output(channels++, sums[c], zero_point);
        }
    }
    mcuq_clamp_s8(output - p->outputs, p->outputs, p->activation_min, p->activation_max);
}
