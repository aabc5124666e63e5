/* All output channels of one column of bytes, where no assembly does it. */
#include "mcuq_lane_output.h"

/* One row of weights times a column. */
static int32_t dot(const int8_t *column, int32_t bytes, const int8_t *weights, int32_t bits)
{
    int32_t sum = 0;
    for (int32_t shift = 8 - bits; shift >= 0; shift -= bits) {
        for (int32_t i = 0; i < bytes; i++) {
            const uint32_t top = (uint32_t)(uint8_t)weights[i] << shift & 0xFFu;
            sum += *column++ * ((int8_t)top >> (8 - bits));
        }
    }
    return sum;
}

void mcuq_lane_groups(const int8_t *column, int32_t depth, const int8_t *weights,
    const mcuq_lane_group *channels, int32_t zero_point, int32_t outputs, int8_t *output,
    int32_t bits)
{
    const int32_t bytes = depth * bits / 8;
    for (int32_t c = 0; c < outputs; c++, weights += bytes) {
        output[c] = mcuq_lane_output(
            channels + c / 4, c & 3, dot(column, bytes, weights, bits), zero_point);
    }
}
