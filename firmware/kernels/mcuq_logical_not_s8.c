/* LOGICAL_NOT. */
#include "mcuq_kernels.h"

void mcuq_logical_not_s8(const int8_t *input, int8_t *output, int32_t count)
{
    for (int32_t i = 0; i < count; i++) {
        output[i] = (int8_t)!input[i];
    }
}
