/* Maximum pooling of float32. */
#include "mcuq_dynamic.h"

static float pool(const mcuq_pool_real *p, const float *input, int32_t y, int32_t x)
{
    float best = -__builtin_inff();
    for (int32_t iy = y < 0 ? 0 : y; iy < y + p->kernel_height && iy < p->input_height; iy++) {
        for (int32_t ix = x < 0 ? 0 : x; ix < x + p->kernel_width && ix < p->input_width; ix++) {
            const float value = input[(iy * p->input_width + ix) * p->channels];
            best = value > best ? value : best;
        }
    }
    return best;
}

void mcuq_max_pool_f32(const mcuq_pool_real *p, const float *input, float *output)
{
    for (int32_t i = 0; i < p->output_height * p->output_width; i++) {
        const int32_t y = i / p->output_width * p->stride_y - p->pad_top;
        const int32_t x = i % p->output_width * p->stride_x - p->pad_left;
        for (int32_t c = 0; c < p->channels; c++) {
            *output++ = mcuq_clamp_f32(pool(p, input + c, y, x), p->low, p->high);
        }
    }
}
