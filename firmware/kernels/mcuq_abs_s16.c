/* ABS of int16. */
#include "mcuq_arith.h"
#include "mcuq_int16.h"

void mcuq_abs_s16(const mcuq_abs *p, const int16_t *input, int16_t *output)
{
    for (int32_t i = 0; i < p->count; i++) {
        const int32_t x = input[i];
        const int32_t value = mcuq_requantize(x < 0 ? -x : x, p->multiplier, p->shift);
        output[i] = (int16_t)mcuq_clamp(value, 0, 32767);
    }
}
