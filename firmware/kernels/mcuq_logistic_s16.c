/* LOGISTIC of int16. */
#include "mcuq_int16.h"

void mcuq_logistic_s16(const mcuq_sigmoid *p, const int16_t *input, int16_t *output)
{
    for (int32_t i = 0; i < p->count; i++) {
        const int32_t x = mcuq_sigmoid_argument(p, input[i]);
        const int32_t value = mcuq_sigmoid_entry(p, x < 0 ? -x : x, 9, 0x7FFF << 10);
        output[i] = (int16_t)((x < 0 ? (1 << 25) - value + 511 : value + 512) >> 10);
    }
}
