/* TANH of int16: 2 logistic(2 x) - 1. */
#include "mcuq_int16.h"

void mcuq_tanh_s16(const mcuq_sigmoid *p, const int16_t *input, int16_t *output)
{
    for (int32_t i = 0; i < p->count; i++) {
        const int32_t x = mcuq_sigmoid_argument(p, input[i]);
        const int32_t value = mcuq_sigmoid_entry(p, x < 0 ? -x : x, 8, 0xFFFF << 8) - (1 << 23);
        output[i] = (int16_t)((x < 0 ? 127 - value : value + 128) >> 8);
    }
}
