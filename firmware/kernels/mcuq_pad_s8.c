/* PAD with one value. */
#include <string.h>

#include "mcuq_kernels.h"

void mcuq_pad_s8(const mcuq_pad *p, const int8_t *input, int8_t *output)
{
    memset(output, (int)p->value, (size_t)p->output_size);
    mcuq_copy_s8(&p->layout, input, output);
}
