/* From an output channel's sum to its output byte. */
#ifndef MCUQ_OUTPUT_H
#define MCUQ_OUTPUT_H

#include <stdint.h>

#include "mcuq_arith.h"
#include "mcuq_instructions.h"
#include "mcuq_kernels.h"

/* The output of x = bias + sum before it is saturated; shift: as in mcuq_channel, which asks for
 * h < 0. That differs from x < 0 for h = 0 alone; there (0 - 1) / 2^shift is rounded to 0, too. */
static inline int32_t mcuq_scaled(int32_t x, int32_t factor, int32_t shift, int32_t zero_point)
{
    if (__builtin_expect(shift > 0, 1)) {
        return mcuq_shift_and_add(mcuq_scale(x, factor) + (x >> 31), shift, zero_point);
    }
    return mcuq_scale(mcuq_shift_left(x, (uint32_t)~shift), factor) + zero_point;
}

/* See mcuq_channel. */
static inline int8_t mcuq_output(const mcuq_channel *channel, int32_t sum, int32_t zero_point)
{
    const int32_t word = channel->bias_shift;
    const int32_t shift = (int8_t)(word & 0xFF);
    return (int8_t)mcuq_saturate(
        mcuq_scaled((word >> 8) + sum, channel->factor, shift, zero_point));
}

/* See mcuq_channel_group; sum: of channel i; zero: output zero point + 128. */
static inline int8_t mcuq_group_output(
    const mcuq_channel_group *group, int32_t i, int32_t sum, int32_t zero)
{
    const int32_t word = group->bias_shift[i];
    const int32_t factor = group->factor[i];
    int32_t x = (word >> 8) + sum;
    int32_t value;
    if (__builtin_expect(word & MCUQ_GROUP_SLOW, 0)) {
        x = mcuq_shift_left(x, (uint32_t)word >> 5 & 3);
        value = mcuq_shift_and_add(2 * mcuq_scale(x, factor) + (x >> 31), word & 31, zero);
    } else {
        value = mcuq_shift_and_add(mcuq_scale(x, factor) + (x >> 31), word & 31, zero);
    }
    return (int8_t)(mcuq_clamp(value, 0, UINT8_MAX) + INT8_MIN);
}

static inline void mcuq_group_outputs(const mcuq_channel_group *group, const int32_t *sums,
    int8_t *output, int32_t width, int32_t zero)
{
    for (int32_t i = 0; i < width; i++) {
        output[i] = mcuq_group_output(group, i, sums[i], zero);
    }
}

#endif
