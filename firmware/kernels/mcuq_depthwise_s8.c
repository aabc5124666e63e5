/* Depthwise convolution with int8 weights, used where they are. */
#include "mcuq_weighted.h"

void mcuq_depthwise_s8(const mcuq_depthwise *p, const int32_t *weights,
    const mcuq_channel_group *channels, const int8_t *input, int8_t *output, int32_t *scratch)
{
    const int32_t nine = p->kernel_height * p->kernel_width == 9 && (p->channels & 3) == 0;
    mcuq_depthwise_windows(p, weights, channels, input, output, scratch,
        nine ? mcuq_depthwise_run_9 : mcuq_depthwise_run_any);
}
