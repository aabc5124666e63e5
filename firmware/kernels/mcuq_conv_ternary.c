/* Convolution with ternary weights, unpacked once a call. */
#include "mcuq_narrow.h"

void mcuq_conv_ternary(const mcuq_conv *p, const int32_t *weights, const mcuq_channel *channels,
    const int8_t *input, int8_t *output, int32_t *scratch)
{
    /* As in mcuq_conv_windows: runs of a window are padded to multiples of four. */
    const int32_t taps = p->dilation_x == 1 ? p->kernel_width : 1;
    const int32_t runs = p->kernel_height * p->kernel_width / taps;
    const int32_t depth = runs * ((taps * p->input_channels + 3) / 4 * 4);
    const int32_t words = (p->output_channels + 3) / 4 * (depth / 4);
    mcuq_unpack_ternary(weights, words, scratch);
    mcuq_conv_s2(p, scratch, channels, input, output, scratch + words);
}
