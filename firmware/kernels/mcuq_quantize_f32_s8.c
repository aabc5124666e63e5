/* QUANTIZE of float32 to int8. */
#include "mcuq_arith.h"
#include "mcuq_convert.h"

void mcuq_quantize_f32_s8(const mcuq_affine *p, const float *input, int8_t *output)
{
    for (int32_t i = 0; i < p->count; i++) {
        const int32_t value = mcuq_round_f32(input[i] / p->scale) + p->zero_point;
        output[i] = (int8_t)mcuq_clamp(value, INT8_MIN, INT8_MAX);
    }
}
