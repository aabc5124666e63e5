/* PAD of int16 with one value. */
#include "mcuq_wide.h"

void mcuq_pad_s16(const mcuq_pad *p, const int16_t *input, int16_t *output)
{
    for (int32_t i = 0; i < p->output_size; i++) {
        output[i] = (int16_t)p->value;
    }
    mcuq_copy_s16(&p->layout, input, output);
}
