/* QUANTIZE from int8 to int16. */
#include "mcuq_arith.h"
#include "mcuq_convert.h"

void mcuq_requantize_s8_s16(const mcuq_requantization *p, const int8_t *input, int16_t *output)
{
    for (int32_t i = 0; i < p->count; i++) {
        const int32_t value = mcuq_requantize(input[i] + p->input_offset, p->multiplier, p->shift);
        output[i] = (int16_t)mcuq_clamp(value + p->output_offset, INT16_MIN, INT16_MAX);
    }
}
