/* A run of pixels of a depthwise convolution with nine taps and any channels from four up. */
#include "mcuq_depthwise.h"
#include "mcuq_output.h"

void mcuq_depthwise_run_9_any(const int8_t **taps, const int32_t *weights,
    const mcuq_channel_group *channels, int8_t *output, int32_t width, int32_t pixels, int32_t step,
    int32_t count, int32_t zero)
{
    const int32_t groups = width / 4;
    const int32_t rest = width & 3;
    int32_t last[4];
    for (;; output += step) {
        mcuq_depthwise_sums(taps, count, 0, weights + groups * count, rest, width - rest, last);
        mcuq_depthwise_run_9(
            taps, weights, channels, output - rest, width - rest, 1, 0, count, zero);
        mcuq_group_outputs(channels + groups, last, output - rest, rest, zero);
        if (--pixels == 0) {
            return;
        }
        mcuq_depthwise_move(taps, count);
    }
}
