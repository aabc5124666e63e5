/* Depthwise convolution with int4 weights: they are unpacked to int8 once a call. */
#include "mcuq_weighted.h"

/* Four nibbles, stored + 8, as four bytes. */
static int32_t unpack_nibbles(uint32_t half)
{
    const uint32_t spread =
        (half & 0xF) | (half & 0xF0) << 4 | (half & 0xF00) << 8 | (half & 0xF000) << 12;
    /* Minus 8 in each byte; the top bits keep borrows from crossing bytes. */
    return (int32_t)(((spread | 0x80808080u) - 0x08080808u) ^ 0x80808080u);
}

void mcuq_depthwise_s4(const mcuq_depthwise *p, const int32_t *weights,
    const mcuq_channel *channels, const int8_t *input, int8_t *output, int32_t *scratch)
{
    const int32_t count = (p->channels + 3) / 4 * p->kernel_height * p->kernel_width;
    for (int32_t i = 0; i < count; i++) {
        const uint32_t pair = (uint32_t)weights[i >> 1];
        scratch[i] = unpack_nibbles(i & 1 ? pair >> 16 : pair & 0xFFFF);
    }
    mcuq_depthwise_windows(p, scratch, channels, input, output, scratch + count);
}
