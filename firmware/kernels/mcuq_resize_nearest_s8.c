/* RESIZE_NEAREST_NEIGHBOR: whole pixels are copied by the index tables. */
#include <string.h>

#include "mcuq_kernels.h"

void mcuq_resize_nearest_s8(const mcuq_resize *p, const int8_t *input, int8_t *output)
{
    for (int32_t y = 0; y < p->output_height; y++) {
        const int8_t *row = input + p->rows[y] * p->input_width * p->channels;
        for (int32_t x = 0; x < p->output_width; x++) {
            memcpy(output, row + p->columns[x] * p->channels, (size_t)p->channels);
            output += p->channels;
        }
    }
}
