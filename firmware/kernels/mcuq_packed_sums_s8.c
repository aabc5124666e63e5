/* Sums of four rows of re-ordered weights and a bias each, over any number of inputs. */
#include <string.h>

#include "mcuq_columns.h"
#include "mcuq_recurrent.h"

const int32_t *mcuq_packed_sums_s8(
    const int8_t *x, const int32_t *weights, int32_t count, const int32_t *bias, int32_t *sums)
{
    const int32_t groups = count / 4;
    int32_t ends[4] = {0, 0, 0, 0};
    mcuq_dot_4x1_s8(weights, x, groups, sums, 0);
    weights += 4 * groups;
    if (count & 3) {
        int8_t tail[4] = {0, 0, 0, 0};
        memcpy(tail, x + 4 * groups, (size_t)(count & 3));
        mcuq_dot_4x1_s8(weights, tail, 1, ends, 0);
        weights += 4;
    }
    for (int32_t row = 0; row < 4; row++) {
        sums[row] += ends[row] + bias[row];
    }
    return weights;
}
