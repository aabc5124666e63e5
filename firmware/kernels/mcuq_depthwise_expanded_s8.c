/* Depthwise convolution with nine taps, int8 weights expanded to int16 once a call. */
#include "mcuq_weighted.h"

void mcuq_depthwise_expanded_s8(const mcuq_depthwise *p, const int32_t *weights,
    const mcuq_channel_group *channels, const int8_t *input, int8_t *output, int32_t *scratch)
{
    const int32_t count = p->channels / 4 * 9;
    int32_t *expanded = mcuq_depthwise_spare(p, scratch);
    for (int32_t i = 0; i < count; i++) {
        const uint32_t word = (uint32_t)weights[i];
        expanded[2 * i] = mcuq_double_halves(mcuq_even_bytes(word));
        expanded[2 * i + 1] = mcuq_double_halves(mcuq_odd_bytes(word));
    }
    mcuq_depthwise_windows(
        p, expanded, channels, input, output, scratch, mcuq_depthwise_run_expanded_9);
}
