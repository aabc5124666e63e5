/* Depthwise convolution with nine taps, int8 weights expanded to int16 once a call. */
#include "mcuq_weighted.h"

void mcuq_depthwise_expanded_s8(const mcuq_depthwise *p, const int32_t *weights,
    const mcuq_channel_group *channels, const int8_t *input, int8_t *output, int32_t *scratch)
{
    const int32_t count = p->channels / 4 * 9;
    for (int32_t i = 0; i < count; i++) {
        const uint32_t word = (uint32_t)weights[i];
        scratch[2 * i] = mcuq_double_halves(mcuq_even_bytes(word));
        scratch[2 * i + 1] = mcuq_double_halves(mcuq_odd_bytes(word));
    }
    mcuq_depthwise_windows(
        p, scratch, channels, input, output, scratch + 2 * count, mcuq_depthwise_run_expanded_9);
}
