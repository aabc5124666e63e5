/* QUANTIZE from int16 to int8. */
#include "mcuq_arith.h"
#include "mcuq_convert.h"

void mcuq_requantize_s16_s8(const mcuq_requantization *p, const int16_t *input, int8_t *output)
{
    for (int32_t i = 0; i < p->count; i++) {
        const int32_t value = mcuq_requantize(input[i] + p->input_offset, p->multiplier, p->shift);
        output[i] = (int8_t)mcuq_clamp(value + p->output_offset, INT8_MIN, INT8_MAX);
    }
}
