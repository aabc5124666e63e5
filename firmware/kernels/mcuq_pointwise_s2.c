/* 1×1 convolution with int2 weights. */
#include "mcuq_narrow.h"
#include "mcuq_weighted.h"

void mcuq_pointwise_s2(const mcuq_pointwise *p, const int32_t *weights,
    const mcuq_channel *channels, const int8_t *input, int8_t *output, int32_t *scratch)
{
    mcuq_pointwise_rows(p, weights, channels, input, output, scratch, mcuq_multiply_s2, 1);
}
