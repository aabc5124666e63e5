/* Bodies of operators that int8 and int16 tensors share. `int16` is a constant at every call: 1 for
 * int16, 0 for int8. */
#ifndef MCUQ_VALUES_H
#define MCUQ_VALUES_H

#include "mcuq_nnfunctions.h"
#include "mcuq_arith.h"
#include "mcuq_index.h"

static inline int32_t mcuq_value(const void *data, int32_t index, int32_t int16)
{
    return int16 ? ((const int16_t *)data)[index] : ((const int8_t *)data)[index];
}

static inline void mcuq_set_value(void *data, int32_t index, int32_t int16, int32_t value)
{
    if (int16) {
        ((int16_t *)data)[index] = (int16_t)value;
    } else {
        ((int8_t *)data)[index] = (int8_t)value;
    }
}

/* What an operator does with two values before requantization. */
typedef int32_t mcuq_combine(const mcuq_binary *p, int32_t a, int32_t b);

/* An operand on the scale that both share. */
static inline int32_t mcuq_rescale(const mcuq_operand *operand, int32_t left_shift, int32_t x)
{
    const int32_t fine = mcuq_shift_left(x + operand->offset, (uint32_t)left_shift);
    return mcuq_requantize(fine, operand->multiplier, operand->shift);
}

/* An operand on its own scale. */
static inline int32_t mcuq_centre(const mcuq_operand *operand, int32_t left_shift, int32_t x)
{
    (void)left_shift;
    return x + operand->offset;
}

/* Two tensors with broadcasting. */
static inline void mcuq_binary_values(const mcuq_binary *p, const void *a, const void *b,
    void *output, int32_t int16, mcuq_combine *combine)
{
    const int32_t last = MCUQ_MAX_RANK - 1;
    mcuq_walk walk = {{0}, 0, 0};
    int32_t done = 0;
    do {
        int32_t left = walk.a;
        int32_t right = walk.b;
        for (int32_t i = 0; i < p->dims[last]; i++) {
            const int32_t raw = combine(p, mcuq_value(a, left, int16), mcuq_value(b, right, int16));
            const int32_t value =
                mcuq_requantize(raw, p->output_multiplier, p->output_shift) + p->output_offset;
            mcuq_set_value(
                output, done++, int16, mcuq_clamp(value, p->activation_min, p->activation_max));
            left += p->a_strides[last];
            right += p->b_strides[last];
        }
    } while (mcuq_next(&walk, last, p->dims, p->a_strides, p->b_strides));
}

static inline int32_t mcuq_sum_values(
    const mcuq_mean *p, const void *input, int32_t start, int32_t int16)
{
    const int32_t last = MCUQ_MAX_RANK - 1;
    const int32_t stride = p->reduced_strides[last];
    int32_t sum = 0;
    mcuq_walk walk = {{0}, start, 0};
    do {
        int32_t index = walk.a;
        for (int32_t i = 0; i < p->reduced[last]; i++, index += stride) {
            sum += mcuq_value(input, index, int16);
        }
    } while (mcuq_next(&walk, last, p->reduced, p->reduced_strides, p->reduced_strides));
    return sum;
}

/* MEAN over any dimensions. */
static inline void mcuq_mean_values(
    const mcuq_mean *p, const void *input, void *output, int32_t int16)
{
    const int32_t low = int16 ? INT16_MIN : INT8_MIN;
    int32_t done = 0;
    mcuq_walk walk = {{0}, 0, 0};
    do {
        const int32_t sum = mcuq_sum_values(p, input, walk.a, int16) + p->sum_offset;
        const int32_t value = mcuq_requantize(sum, p->multiplier, p->shift) + p->output_offset;
        mcuq_set_value(output, done++, int16, mcuq_clamp(value, low, ~low));
    } while (mcuq_next(&walk, MCUQ_MAX_RANK, p->kept, p->kept_strides, p->kept_strides));
}

#endif
