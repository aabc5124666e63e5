/* L2_NORMALIZATION: rows divided by their Euclidean length, in steps of 1 / 2^7. */
#include "mcuq_inverse_root.h"
#include "mcuq_kernels.h"

void mcuq_l2_normalization_s8(
    int32_t offset, int32_t rows, int32_t depth, const int8_t *input, int8_t *output)
{
    for (int32_t row = 0; row < rows; row++) {
        int32_t squares = 0;
        for (int32_t i = 0; i < depth; i++) {
            squares += (input[i] + offset) * (input[i] + offset);
        }
        int32_t shift;
        const int32_t multiplier = mcuq_inverse_root(squares, &shift);
        for (int32_t i = 0; i < depth; i++) {
            const int32_t value = mcuq_requantize(*input++ + offset, multiplier, shift + 7);
            *output++ = (int8_t)mcuq_clamp(value, INT8_MIN, INT8_MAX);
        }
    }
}
