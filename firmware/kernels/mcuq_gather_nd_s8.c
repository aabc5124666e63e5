/* GATHER_ND: whole elements by tuples of indices, each a place in the order of memory. */
#include <string.h>

#include "mcuq_arith.h"
#include "mcuq_kernels.h"

/* Modulo 2^32: what indices outside of their dimension add up to has no bound. */
static int32_t element_at(const mcuq_places *p, const int32_t *indices)
{
    uint32_t place = 0;
    for (int32_t d = 0; d < p->depth; d++) {
        place += (uint32_t)indices[d] * (uint32_t)p->strides[d];
    }
    return mcuq_clamp((int32_t)place, 0, p->elements - 1);
}

void mcuq_gather_nd_s8(
    const mcuq_places *p, const int8_t *input, const int32_t *indices, int8_t *output)
{
    const int32_t row = p->row;
    for (int32_t i = 0; i < p->count; i++) {
        const int8_t *source = input + element_at(p, indices) * row;
        if (row == 1) {
            *output = *source;
        } else {
            memcpy(output, source, (size_t)row);
        }
        indices += p->depth;
        output += row;
    }
}
