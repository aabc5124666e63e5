/* Float32 values to int8 by the scale of the largest. */
#include "mcuq_arith.h"
#include "mcuq_convert.h"
#include "mcuq_dynamic.h"

float mcuq_quantize_dynamic(const float *input, int32_t count, int8_t *output)
{
    float largest = 0.0f;
    for (int32_t i = 0; i < count; i++) {
        const float size = input[i] < 0.0f ? -input[i] : input[i];
        largest = size > largest ? size : largest;
    }
    const float scale = largest > 0.0f ? largest / 127.0f : 1.0f;
    for (int32_t i = 0; i < count; i++) {
        output[i] = (int8_t)mcuq_clamp(mcuq_round_f32(input[i] / scale), -127, 127);
    }
    return scale;
}
