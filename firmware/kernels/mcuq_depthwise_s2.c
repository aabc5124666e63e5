/* Depthwise convolution with int2 weights: they are unpacked to int8 once a call. */
#include "mcuq_narrow.h"
#include "mcuq_weighted.h"

/* Byte `index` of the crumbs as four int8. */
static int32_t unpack(const int32_t *weights, int32_t index)
{
    uint32_t spread = (uint32_t)weights[index >> 2] >> 8 * (index & 3) & 0xFF;
    spread = (spread | spread << 12) & 0x000F000Fu;
    spread = (spread | spread << 6) & 0x03030303u;
    return (int32_t)(spread | (spread & 0x02020202u) * 126);
}

void mcuq_depthwise_s2(const mcuq_depthwise *p, const int32_t *weights,
    const mcuq_channel_group *channels, const int8_t *input, int8_t *output, int32_t *scratch)
{
    const int32_t count = (p->channels + 3) / 4 * p->kernel_height * p->kernel_width;
    int32_t *unpacked = mcuq_depthwise_spare(p, scratch);
    for (int32_t i = 0; i < count; i++) {
        unpacked[i] = unpack(weights, i);
    }
    mcuq_depthwise_s8(p, unpacked, channels, input, output, scratch);
}
