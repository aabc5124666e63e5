/* A run of pixels of a depthwise convolution with any number of taps and channels. */
#include "mcuq_depthwise.h"

void mcuq_depthwise_run_any(const int8_t **taps, const int32_t *weights,
    const mcuq_channel_group *channels, int8_t *output, int32_t width, int32_t pixels, int32_t step,
    int32_t count)
{
    const int32_t whole = width & ~3;
    for (;; output += step) {
        mcuq_depthwise_last(taps, weights, channels, output, width, count, whole - width);
        for (int32_t c = 0; c < whole; c += 4) {
            mcuq_depthwise_group(taps, count, c - width, weights + c / 4 * count, channels + c / 4,
                output - width + c, 4, c);
        }
        if (--pixels == 0) {
            return;
        }
        mcuq_depthwise_move(taps, count);
    }
}
