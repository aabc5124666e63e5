/* Walking a six-dimensional index space in C order, with offsets of up to two operands. */
#ifndef MCUQ_INDEX_H
#define MCUQ_INDEX_H

#include "mcuq_kernels.h"

typedef struct {
    int32_t index[MCUQ_MAX_RANK];
    int32_t a;
    int32_t b;
} mcuq_walk;

/* Advances the first `rank` dimensions to the next index; 0 after the last. */
static inline int mcuq_next(mcuq_walk *w, int32_t rank, const int32_t *dims,
    const int32_t *a_strides, const int32_t *b_strides)
{
    for (int32_t d = rank - 1; d >= 0; d--) {
        w->a += a_strides[d];
        w->b += b_strides[d];
        if (++w->index[d] < dims[d]) {
            return 1;
        }
        w->a -= dims[d] * a_strides[d];
        w->b -= dims[d] * b_strides[d];
        w->index[d] = 0;
    }
    return 0;
}

#endif
