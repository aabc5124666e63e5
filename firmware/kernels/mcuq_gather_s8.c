/* GATHER: whole rows by their numbers. */
#include <string.h>

#include "mcuq_arith.h"
#include "mcuq_kernels.h"

void mcuq_gather_s8(
    const mcuq_rows *p, const int8_t *input, const int32_t *indices, int8_t *output)
{
    const int32_t row = p->row;
    for (int32_t outer = 0; outer < p->outer; outer++) {
        for (int32_t i = 0; i < p->count; i++) {
            const int8_t *source = input + mcuq_clamp(indices[i], 0, p->extent - 1) * row;
            if (row == 1) {
                *output = *source;
            } else {
                memcpy(output, source, (size_t)row);
            }
            output += row;
        }
        input += p->extent * row;
    }
}
