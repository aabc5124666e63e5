/* A fused activation that is tighter than int8. */
#include "mcuq_arith.h"
#include "mcuq_kernels.h"

void mcuq_clamp_s8(int8_t *data, int32_t count, int32_t low, int32_t high)
{
    if (low <= INT8_MIN && high >= INT8_MAX) {
        return;
    }
    for (int32_t i = 0; i < count; i++) {
        data[i] = (int8_t)mcuq_clamp(data[i], low, high);
    }
}
