/* Sum of two int16 tensors with broadcasting. */
#include "mcuq_values.h"
#include "mcuq_wide.h"

void mcuq_add_s16(const mcuq_binary *p, const int16_t *a, const int16_t *b, int16_t *output)
{
    mcuq_binary_values(p, a, b, output, 1, mcuq_combine_add);
}
