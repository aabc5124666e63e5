/* MEAN over any dimensions. */
#include "mcuq_arith.h"
#include "mcuq_index.h"

static int32_t sum_of(const mcuq_mean *p, const int8_t *input)
{
    const int32_t last = MCUQ_MAX_RANK - 1;
    const int32_t run = p->reduced[last];
    const int32_t stride = p->reduced_strides[last];
    int32_t sum = 0;
    mcuq_walk walk = {{0}, 0, 0};
    do {
        const int8_t *source = input + walk.a;
        for (int32_t i = 0; i < run; i++) {
            sum += source[i * stride];
        }
    } while (mcuq_next(&walk, last, p->reduced, p->reduced_strides, p->reduced_strides));
    return sum;
}

void mcuq_mean_s8(const mcuq_mean *p, const int8_t *input, int8_t *output)
{
    mcuq_walk walk = {{0}, 0, 0};
    do {
        const int32_t sum = sum_of(p, input + walk.a) + p->sum_offset;
        const int32_t value = mcuq_requantize(sum, p->multiplier, p->shift) + p->output_offset;
        *output++ = (int8_t)mcuq_clamp(value, INT8_MIN, INT8_MAX);
    } while (mcuq_next(&walk, MCUQ_MAX_RANK, p->kept, p->kept_strides, p->kept_strides));
}
