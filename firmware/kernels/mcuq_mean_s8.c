/* MEAN over any dimensions. */
#include "mcuq_values.h"

void mcuq_mean_s8(const mcuq_mean *p, const int8_t *input, int8_t *output)
{
    mcuq_mean_values(p, input, output, 0);
}
