/* A run of pixels of a depthwise convolution with any number of taps and channels. */
#include "mcuq_depthwise.h"

void mcuq_depthwise_run_any(const int8_t **taps, const int32_t *weights,
    const mcuq_channel_group *channels, int8_t *output, int32_t width, int32_t pixels, int32_t step,
    int32_t count)
{
    for (;; output += step) {
        for (int32_t c = 0; c < width; c += 4) {
            const int32_t left = width - c;
            mcuq_depthwise_group(taps, count, -left, weights + c / 4 * count, channels + c / 4,
                output - left, left < 4 ? left : 4);
        }
        if (--pixels == 0) {
            return;
        }
        mcuq_depthwise_move(taps, count);
    }
}
