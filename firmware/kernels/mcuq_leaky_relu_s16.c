/* LEAKY_RELU, RELU and RELU6 of int16. */
#include "mcuq_arith.h"
#include "mcuq_int16.h"

/* A negative factor negates what its magnitude gives: ties are rounded that way round. */
static int32_t rescaled(int32_t x, int32_t multiplier, int32_t shift)
{
    return multiplier < 0 ? -mcuq_requantize(x, -multiplier, shift)
                          : mcuq_requantize(x, multiplier, shift);
}

void mcuq_leaky_relu_s16(const mcuq_leaky_relu *p, const int16_t *input, int16_t *output)
{
    for (int32_t i = 0; i < p->count; i++) {
        const int32_t x = input[i];
        const int32_t value = x >= 0
            ? mcuq_requantize(x, p->multiplier, p->shift)
            : rescaled(x, p->negative_multiplier, p->negative_shift);
        output[i] = (int16_t)mcuq_clamp(value, p->activation_min, p->activation_max);
    }
}
