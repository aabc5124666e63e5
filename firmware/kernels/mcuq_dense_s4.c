/* Dense layer with int4 weights, which are stored with an offset of 8. */
#include "mcuq_weighted.h"

void mcuq_dense_s4(const mcuq_dense *p, const int32_t *weights, const mcuq_channel *channels,
    const int8_t *input, int8_t *output)
{
    int32_t sum = 0;
    for (int32_t i = 0; i < p->depth; i++) {
        sum += input[i];
    }
    mcuq_dense_rows(p, weights, 2, channels, input, output, mcuq_dot_4x1_s4, -8 * sum);
}
