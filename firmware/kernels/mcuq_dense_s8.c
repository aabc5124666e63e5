/* Dense layer with int8 weights. */
#include "mcuq_weighted.h"

void mcuq_dense_s8(const mcuq_dense *p, const int32_t *weights, const mcuq_channel *channels,
    const int8_t *input, int8_t *output)
{
    mcuq_dense_rows(p, weights, 4, channels, input, output, mcuq_dot_4x1_s8, 0);
}
