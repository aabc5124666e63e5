/* A run of pixels of a depthwise convolution with nine taps and any channels from four up. */
#include "mcuq_depthwise.h"

void mcuq_depthwise_run_9_any(const int8_t **taps, const int32_t *weights,
    const mcuq_channel_group *channels, int8_t *output, int32_t width, int32_t pixels, int32_t step,
    int32_t count)
{
    const int32_t rest = width & 3;
    for (;; output += step) {
        mcuq_depthwise_last(taps, weights, channels, output, width, count, 0);
        mcuq_depthwise_run_9(taps, weights, channels, output - rest, width - rest, 1, 0, count);
        if (--pixels == 0) {
            return;
        }
        mcuq_depthwise_move(taps, count);
    }
}
