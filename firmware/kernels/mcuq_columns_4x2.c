/* All output channels of two pixels from two filled columns. */
#include "mcuq_weighted.h"

void mcuq_columns_4x2(const int32_t *columns, int32_t words, const int32_t *weights,
    int32_t group_words, const mcuq_channel *channels, int32_t outputs, mcuq_dot_4x2 *dot,
    int8_t *first, int8_t *second)
{
    int32_t sums[8];
    for (; outputs > 0; outputs -= 4) {
        dot(weights, columns, words, sums);
        mcuq_finish_4x2(sums, channels, first, second, outputs < 4 ? outputs : 4);
        weights += group_words;
        channels += 4;
        first += 4;
        second += 4;
    }
}
