/* A run of pixels of a depthwise convolution with any number of taps and channels. */
#include "mcuq_depthwise.h"
#include "mcuq_output.h"

void mcuq_depthwise_run_any(const int8_t **taps, const int32_t *weights,
    const mcuq_channel_group *channels, int8_t *output, int32_t width, int32_t pixels, int32_t step,
    int32_t count, int32_t zero)
{
    const int32_t groups = width / 4;
    const int32_t rest = width & 3;
    int32_t sums[4];
    int32_t last[4];
    for (;; output += step) {
        if (rest != 0) {
            mcuq_depthwise_sums(
                taps, count, -rest, weights + groups * count, rest, width - rest, last);
        }
        for (int32_t g = 0; g < groups; g++) {
            const int32_t offset = 4 * g - width;
            mcuq_depthwise_sums(taps, count, offset, weights + g * count, 4, 0, sums);
            mcuq_group_outputs(channels + g, sums, output + offset, 4, zero);
        }
        mcuq_group_outputs(channels + groups, last, output - rest, rest, zero);
        if (--pixels == 0) {
            return;
        }
        mcuq_depthwise_move(taps, count);
    }
}
