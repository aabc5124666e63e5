/* RESIZE_NEAREST_NEIGHBOR of int16: whole pixels are copied by the index tables. */
#include <string.h>

#include "mcuq_wide.h"

void mcuq_resize_nearest_s16(const mcuq_resize *p, const int16_t *input, int16_t *output)
{
    for (int32_t y = 0; y < p->output_height; y++) {
        const int16_t *row = input + p->rows[y] * p->input_width * p->channels;
        for (int32_t x = 0; x < p->output_width; x++) {
            memcpy(output, row + p->columns[x] * p->channels, (size_t)p->channels * sizeof *output);
            output += p->channels;
        }
    }
}
