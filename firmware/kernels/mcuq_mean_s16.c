/* MEAN of int16 over any dimensions. */
#include "mcuq_arith.h"
#include "mcuq_index.h"
#include "mcuq_wide.h"

static int32_t sum_of(const mcuq_mean *p, const int16_t *input)
{
    const int32_t last = MCUQ_MAX_RANK - 1;
    const int32_t run = p->reduced[last];
    const int32_t stride = p->reduced_strides[last];
    int32_t sum = 0;
    mcuq_walk walk = {{0}, 0, 0};
    do {
        const int16_t *source = input + walk.a;
        for (int32_t i = 0; i < run; i++) {
            sum += source[i * stride];
        }
    } while (mcuq_next(&walk, last, p->reduced, p->reduced_strides, p->reduced_strides));
    return sum;
}

void mcuq_mean_s16(const mcuq_mean *p, const int16_t *input, int16_t *output)
{
    mcuq_walk walk = {{0}, 0, 0};
    do {
        const int32_t sum = sum_of(p, input + walk.a) + p->sum_offset;
        const int32_t value = mcuq_requantize(sum, p->multiplier, p->shift) + p->output_offset;
        *output++ = (int16_t)mcuq_clamp(value, INT16_MIN, INT16_MAX);
    } while (mcuq_next(&walk, MCUQ_MAX_RANK, p->kept, p->kept_strides, p->kept_strides));
}
