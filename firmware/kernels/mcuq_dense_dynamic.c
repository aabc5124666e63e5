/* Dense layer of float32 activations, quantized at run time. */
#include "mcuq_dynamic.h"

void mcuq_dense_dynamic(const mcuq_dynamic_dense *p, const int8_t *filter, const float *input,
    float *output, int8_t *scratch)
{
    const float scale = mcuq_quantize_dynamic(input, p->rows * p->depth, scratch);
    for (int32_t row = 0; row < p->rows; row++) {
        for (int32_t c = 0; c < p->outputs; c++) {
            const float sum = (float)mcuq_dot_stored(
                scratch + row * p->depth, filter, p->is_int4, c * p->depth, p->depth);
            const float factor = mcuq_product(scale, p->scales[c * p->scale_step]);
            const float value = mcuq_product(sum, factor) + (p->bias ? p->bias[c] : 0.0f);
            *output++ = mcuq_clamp_f32(value, p->low, p->high);
        }
    }
}
