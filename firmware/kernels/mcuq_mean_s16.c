/* MEAN of int16 over any dimensions. */
#include "mcuq_values.h"
#include "mcuq_wide.h"

void mcuq_mean_s16(const mcuq_mean *p, const int16_t *input, int16_t *output)
{
    mcuq_mean_values(p, input, output, 1);
}
