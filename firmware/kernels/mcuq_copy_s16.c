/* TRANSPOSE, STRIDED_SLICE and CONCATENATION: a copy of int16 between two strided layouts. */
#include <string.h>

#include "mcuq_index.h"
#include "mcuq_wide.h"

void mcuq_copy_s16(const mcuq_layout *p, const int16_t *input, int16_t *output)
{
    const int32_t last = MCUQ_MAX_RANK - 1;
    const int32_t run = p->dims[last];
    const int32_t from = p->input_strides[last];
    const int32_t to = p->output_strides[last];
    mcuq_walk walk = {{0}, p->input_start, p->output_start};
    do {
        const int16_t *source = input + walk.a;
        int16_t *target = output + walk.b;
        if (from == 1 && to == 1) {
            memcpy(target, source, (size_t)run * sizeof *target);
            continue;
        }
        for (int32_t i = 0; i < run; i++) {
            target[i * to] = source[i * from];
        }
    } while (mcuq_next(&walk, last, p->dims, p->input_strides, p->output_strides));
}
