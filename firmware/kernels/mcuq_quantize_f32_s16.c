/* QUANTIZE of float32 to int16. */
#include "mcuq_arith.h"
#include "mcuq_convert.h"

void mcuq_quantize_f32_s16(const mcuq_affine *p, const float *input, int16_t *output)
{
    for (int32_t i = 0; i < p->count; i++) {
        const int32_t value = mcuq_round_f32(input[i] / p->scale) + p->zero_point;
        output[i] = (int16_t)mcuq_clamp(value, INT16_MIN, INT16_MAX);
    }
}
