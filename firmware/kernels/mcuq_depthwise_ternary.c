/* Depthwise convolution with ternary weights, unpacked once a call. */
#include "mcuq_narrow.h"

void mcuq_depthwise_ternary(const mcuq_depthwise *p, const int32_t *weights,
    const mcuq_channel_group *channels, const int8_t *input, int8_t *output, int32_t *scratch)
{
    const int32_t bytes = (p->channels + 3) / 4 * p->kernel_height * p->kernel_width;
    const int32_t words = (bytes + 3) / 4;
    mcuq_unpack_ternary(weights, words, scratch);
    /* Addresses follow: they are as wide as two words on some machines. */
    mcuq_depthwise_s2(p, scratch, channels, input, output, scratch + words + words % 2);
}
