/* DEQUANTIZE of int16 to float32. */
#include "mcuq_convert.h"

void mcuq_dequantize_s16_f32(const mcuq_affine *p, const int16_t *input, float *output)
{
    for (int32_t i = 0; i < p->count; i++) {
        output[i] = p->scale * (float)(input[i] - p->zero_point);
    }
}
