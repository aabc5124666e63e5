/* All output channels of two pixels from two filled columns. */
#include "mcuq_weighted.h"

void mcuq_columns_4x2(const int32_t *columns, int32_t words, const int32_t *weights,
    int32_t group_words, const mcuq_channel *channels, int32_t outputs, mcuq_dot_4x2 *dot,
    int8_t *first, int8_t *second)
{
    int32_t sums[8];
    for (; outputs > 0; outputs -= 4) {
        dot(weights, columns, words, sums);
        weights += group_words;
        const int32_t *sum = sums;
        const int32_t *end = sums + 2 * (outputs < 4 ? outputs : 4);
        for (; sum < end; sum += 2) {
            const mcuq_channel channel = *channels++;
            *first++ = mcuq_output(channel, sum[0]);
            *second++ = mcuq_output(channel, sum[1]);
        }
    }
}
