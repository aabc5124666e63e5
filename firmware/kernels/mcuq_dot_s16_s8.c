/* Dot product of int16 values with int8 weights. */
#include "mcuq_int16.h"

/* Products have 23 bits: this many sum up in 32. */
#define BLOCK 256

int64_t mcuq_dot_s16_s8(const int16_t *x, const int8_t *filter, int32_t index, int32_t count)
{
    int64_t sum = 0;
    const int8_t *weights = filter + index;
    while (count > 0) {
        const int32_t block = count < BLOCK ? count : BLOCK;
        int32_t part = 0;
        for (int32_t i = 0; i < block; i++) {
            part += x[i] * weights[i];
        }
        sum += part;
        x += block;
        weights += block;
        count -= block;
    }
    return sum;
}
