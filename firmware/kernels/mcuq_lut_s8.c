/* Any unary operator as a table of 256 results. */
#include "mcuq_kernels.h"

void mcuq_lut_s8(const int8_t *input, const int8_t *table, int8_t *output, int32_t count)
{
    const int8_t *middle = table + 128;
    for (int32_t i = 0; i < count; i++) {
        output[i] = middle[input[i]];
    }
}
