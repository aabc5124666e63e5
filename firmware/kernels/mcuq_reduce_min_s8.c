/* REDUCE_MIN over any dimensions. */
#include "mcuq_index.h"

static int8_t least_of(const mcuq_reduce *p, const int8_t *input, int32_t start)
{
    int8_t least = INT8_MAX;
    mcuq_walk walk = {{0}, start, 0};
    do {
        if (input[walk.a] < least) {
            least = input[walk.a];
        }
    } while (mcuq_next(&walk, MCUQ_MAX_RANK, p->reduced, p->reduced_strides, p->reduced_strides));
    return least;
}

void mcuq_reduce_min_s8(const mcuq_reduce *p, const int8_t *input, int8_t *output)
{
    mcuq_walk walk = {{0}, 0, 0};
    do {
        *output++ = least_of(p, input, walk.a);
    } while (mcuq_next(&walk, MCUQ_MAX_RANK, p->kept, p->kept_strides, p->kept_strides));
}
