/* 1×1 convolution with ternary weights, unpacked once a call. */
#include "mcuq_narrow.h"

void mcuq_pointwise_ternary(const mcuq_pointwise *p, const int32_t *weights,
    const mcuq_channel *channels, const int8_t *input, int8_t *output, int32_t *scratch)
{
    const int32_t words = (p->output_channels + 3) / 4 * ((p->input_channels + 3) / 4);
    mcuq_unpack_ternary(weights, words, scratch);
    mcuq_pointwise_s2(p, scratch, channels, input, output, scratch + words);
}
