/* All output channels of two pixels, four at a time, where no assembly does it in one go. */
#include "mcuq_columns.h"
#include "mcuq_output.h"

void mcuq_multiply_groups(const int32_t *columns, int32_t words, const int32_t *weights,
    int32_t group_words, const mcuq_channel *channels, int32_t outputs, mcuq_dot_4x2 *dot,
    int8_t *first, int8_t *second, int32_t zero_point)
{
    int32_t sums[8];
    for (int32_t done = 0; done < outputs; done++, channels++) {
        if ((done & 3) == 0) {
            dot(weights, columns, words, sums);
            weights += group_words;
        }
        const int32_t *sum = sums + 2 * (done & 3);
        first[done] = mcuq_output(channels, sum[0], zero_point);
        second[done] = mcuq_output(channels, sum[1], zero_point);
    }
}
