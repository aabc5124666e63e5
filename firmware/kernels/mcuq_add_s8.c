/* Sum of two tensors with broadcasting. */
#include "mcuq_values.h"

void mcuq_add_s8(const mcuq_binary *p, const int8_t *a, const int8_t *b, int8_t *output)
{
    mcuq_binary_values(p, a, b, output, 0, mcuq_combine_add);
}
