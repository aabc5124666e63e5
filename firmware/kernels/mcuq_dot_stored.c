/* Dot product of int8 values with stored int8 or int4 weights. */
#include "mcuq_arith.h"
#include "mcuq_dynamic.h"

int32_t mcuq_dot_stored(
    const int8_t *x, const int8_t *filter, int32_t is_int4, int32_t index, int32_t count)
{
    int32_t sum = 0;
    for (int32_t i = 0; i < count; i++) {
        sum += x[i] * (is_int4 ? mcuq_int4_at(filter, index + i) : filter[index + i]);
    }
    return sum;
}
