/* RSQRT of int16. */
#include "mcuq_int16.h"
#include "mcuq_inverse_root.h"

void mcuq_rsqrt_s16(const mcuq_rsqrt *p, const int16_t *input, int16_t *output)
{
    for (int32_t i = 0; i < p->count; i++) {
        const int32_t x = input[i];
        if (x <= 0) {
            output[i] = INT16_MAX;
            continue;
        }
        int32_t shift;
        const int32_t multiplier = mcuq_inverse_root(x, &shift);
        const int32_t root = mcuq_requantize(1, multiplier, shift + 20);
        const int32_t value = mcuq_requantize(root, p->multiplier, p->shift);
        output[i] = (int16_t)mcuq_clamp(value, INT16_MIN, INT16_MAX);
    }
}
