/* All output channels of two pixels from two filled columns. */
#include "mcuq_weighted.h"

static void by_groups(const int32_t *columns, int32_t words, const int32_t *weights,
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

void mcuq_columns_4x2(const int32_t *columns, int32_t words, const int32_t *weights,
    int32_t group_words, const mcuq_channel *channels, int32_t outputs, mcuq_dot_4x2 *dot,
    int8_t *first, int8_t *second)
{
#if defined(__ARM_FEATURE_MVE)
    /* The size of a group tells int8 and int4 weights, which have kernels for whole groups. */
    if ((outputs & 3) == 0 && group_words == words) {
        mcuq_multiply_s8(columns, words, weights, channels, outputs / 4, first, second);
        return;
    }
    if ((outputs & 3) == 0 && 2 * group_words == words) {
        mcuq_multiply_s4(columns, words, weights, channels, outputs / 4, first, second);
        return;
    }
#endif
    by_groups(columns, words, weights, group_words, channels, outputs, dot, first, second);
}
