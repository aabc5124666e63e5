/* Sum of two float32 tensors of one shape. */
#include "mcuq_dynamic.h"

void mcuq_add_f32(const mcuq_add_float *p, const float *a, const float *b, float *output)
{
    for (int32_t i = 0; i < p->count; i++) {
        output[i] = mcuq_clamp_f32(a[i] + b[i], p->low, p->high);
    }
}
