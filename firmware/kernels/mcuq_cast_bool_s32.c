/* CAST of truth values to int32. */
#include "mcuq_convert.h"

void mcuq_cast_bool_s32(const int8_t *input, int32_t *output, int32_t count)
{
    for (int32_t i = 0; i < count; i++) {
        output[i] = input[i];
    }
}
