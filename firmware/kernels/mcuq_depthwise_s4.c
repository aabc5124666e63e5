/* Depthwise convolution with int4 weights: they are unpacked to int8 once a call. */
#include "mcuq_weighted.h"

void mcuq_depthwise_s4(const mcuq_depthwise *p, const int32_t *weights,
    const mcuq_channel_group *channels, const int8_t *input, int8_t *output, int32_t *scratch)
{
    const int32_t count = (p->channels + 3) / 4 * p->kernel_height * p->kernel_width;
    int32_t *unpacked = mcuq_depthwise_spare(p, scratch);
    for (int32_t i = 0; i < count; i++) {
        unpacked[i] = mcuq_unpack_nibbles(weights, i);
    }
    mcuq_depthwise_s8(p, unpacked, channels, input, output, scratch);
}
