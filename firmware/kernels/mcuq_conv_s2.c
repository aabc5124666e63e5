/* Convolution with int2 weights. */
#include "mcuq_narrow.h"
#include "mcuq_weighted.h"

void mcuq_conv_s2(const mcuq_conv *p, const int32_t *weights, const mcuq_channel *channels,
    const int8_t *input, int8_t *output, int32_t *scratch)
{
    mcuq_conv_windows(p, weights, channels, input, output, scratch, mcuq_multiply_s2, 1);
}
