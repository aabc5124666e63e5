/* All output channels of two pixels from two filled columns, int2 weights: see mcuq_sub_byte.h. */
#include "mcuq_columns.h"
#include "mcuq_sub_byte.h"

static void dot(const int32_t *weights, const int32_t *columns, int32_t words, int32_t sums[8])
{
    int32_t nested[8];
    for (int32_t column = 0; column < 2; column++) {
        mcuq_start_nested(nested + column, columns[column], 2);
    }
    const int32_t *x = columns + MCUQ_COLUMN_HEADER;
    for (const int32_t *end = x + words; x < end; x += 4) {
        const uint32_t fields = (uint32_t)*weights++;
        const int32_t first = mcuq_nested_fields(fields);
        const int32_t second = mcuq_nested_fields(fields >> 16);
        for (int32_t column = 0; column < 2; column++) {
            mcuq_nested_multiply(nested + column, first, x[column], 2);
            mcuq_nested_multiply(nested + column, second, x[2 + column], 2);
        }
    }
    for (int32_t column = 0; column < 2; column++) {
        mcuq_split_nested(nested + column, sums + column, 2);
    }
}

void mcuq_multiply_s2(const int32_t *columns, int32_t words, const int32_t *weights,
    const mcuq_channel *channels, int32_t outputs, int8_t *first, int8_t *second)
{
    mcuq_multiply_groups(
        columns, words, weights, words / 4, channels, outputs, dot, first, second);
}
