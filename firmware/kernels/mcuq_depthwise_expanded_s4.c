/* Depthwise convolution with nine taps, int4 weights expanded to int16 once a call: that pays with the
 * DSP or the vector extension. */
#include "mcuq_weighted.h"

void mcuq_depthwise_expanded_s4(const mcuq_depthwise *p, const int32_t *weights,
    const mcuq_channel_group *channels, const int8_t *input, int8_t *output, int32_t *scratch)
{
#if defined(__ARM_FEATURE_DSP) || defined(__ARM_FEATURE_MVE)
    const int32_t count = p->channels / 4 * 9;
    int32_t *expanded = mcuq_depthwise_spare(p, scratch);
    for (int32_t i = 0; i < count; i++) {
        mcuq_expand((uint32_t)mcuq_unpack_nibbles(weights, i), expanded + 2 * i);
    }
    mcuq_depthwise_windows(
        p, expanded, channels, input, output, scratch, mcuq_depthwise_run_expanded_9);
#else
    mcuq_depthwise_s4(p, weights, channels, input, output, scratch);
#endif
}
