/* All output channels of two pixels from two filled columns, int2 weights: see mcuq_sub_byte.h. */
#include "mcuq_columns.h"
#include "mcuq_sub_byte.h"

void mcuq_multiply_s2(const int32_t *columns, int32_t words, const int32_t *weights,
    const mcuq_channel *channels, int32_t outputs, int8_t *first, int8_t *second)
{
    mcuq_multiply_groups(
        columns, words, weights, words / 4, channels, outputs, mcuq_four_sums_s2, first, second);
}
