/* Dense layer with int2 weights; nested sums count every weight 8 too high. */
#include "mcuq_narrow.h"
#include "mcuq_weighted.h"

void mcuq_dense_s2(const mcuq_dense *p, const int32_t *weights, const mcuq_channel *channels,
    const int8_t *input, int8_t *output)
{
    int32_t sum = 0;
    for (int32_t i = 0; i < p->depth; i++) {
        sum += input[i];
    }
    mcuq_dense_rows(p, weights, 1, channels, input, output, mcuq_dot_4x1_s2, -8 * sum);
}
