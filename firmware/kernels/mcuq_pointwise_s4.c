/* 1×1 convolution with int4 weights. */
#include "mcuq_weighted.h"

void mcuq_pointwise_s4(const mcuq_pointwise *p, const int32_t *weights,
    const mcuq_channel *channels, const int8_t *input, int8_t *output, int32_t *scratch)
{
    mcuq_pointwise_rows(p, weights, channels, input, output, scratch, mcuq_multiply_s4, 1);
}
