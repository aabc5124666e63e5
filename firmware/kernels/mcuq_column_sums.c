/* Sums of two columns, for weights that are stored with an offset of 8. */
#include "mcuq_weighted.h"

void mcuq_column_sums(int32_t *columns, int32_t words)
{
    const int32_t ones = 0x00010001;
    int32_t first = 0;
    int32_t second = 0;
    const int32_t *end = columns + MCUQ_COLUMN_HEADER + words;
    for (const int32_t *c = columns + MCUQ_COLUMN_HEADER; c < end; c += 4) {
        first = mcuq_dual_multiply(c[0], ones, first);
        second = mcuq_dual_multiply(c[1], ones, second);
        first = mcuq_dual_multiply(c[2], ones, first);
        second = mcuq_dual_multiply(c[3], ones, second);
    }
    columns[0] = -8 * first;
    columns[1] = -8 * second;
}
