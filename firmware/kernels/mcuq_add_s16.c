/* Sum of two int16 tensors with broadcasting. */
#include "mcuq_arith.h"
#include "mcuq_index.h"
#include "mcuq_wide.h"

static int32_t rescale(const mcuq_operand *operand, int32_t left_shift, int32_t x)
{
    const int32_t fine = mcuq_shift_left(x + operand->offset, (uint32_t)left_shift);
    return mcuq_requantize(fine, operand->multiplier, operand->shift);
}

static int32_t combine(const mcuq_binary *p, int32_t a, int32_t b)
{
    return rescale(&p->a, p->left_shift, a) + rescale(&p->b, p->left_shift, b);
}

void mcuq_add_s16(const mcuq_binary *p, const int16_t *a, const int16_t *b, int16_t *output)
{
    const int32_t last = MCUQ_MAX_RANK - 1;
    mcuq_walk walk = {{0}, 0, 0};
    do {
        const int16_t *left = a + walk.a;
        const int16_t *right = b + walk.b;
        for (int32_t i = 0; i < p->dims[last]; i++) {
            const int32_t raw = combine(p, *left, *right);
            const int32_t value =
                mcuq_requantize(raw, p->output_multiplier, p->output_shift) + p->output_offset;
            *output++ = (int16_t)mcuq_clamp(value, p->activation_min, p->activation_max);
            left += p->a_strides[last];
            right += p->b_strides[last];
        }
    } while (mcuq_next(&walk, last, p->dims, p->a_strides, p->b_strides));
}
