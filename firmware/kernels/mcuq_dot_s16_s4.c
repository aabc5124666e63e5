/* Dot product of int16 values with packed int4 weights. */
#include "mcuq_arith.h"
#include "mcuq_int16.h"

int64_t mcuq_dot_s16_s4(const int16_t *x, const int8_t *filter, int32_t index, int32_t count)
{
    int64_t sum = 0;
    for (int32_t i = 0; i < count; i++) {
        sum += x[i] * mcuq_int4_at(filter, index + i);
    }
    return sum;
}
