/* From an output channel's sum to its output byte. */
#ifndef MCUQ_OUTPUT_H
#define MCUQ_OUTPUT_H

#include <stdint.h>

#include "mcuq_arith.h"
#include "mcuq_instructions.h"
#include "mcuq_kernels.h"

/* h + rounding, less 1 where d < 0; d: doubled sum, h: its high product. mcuq_channel asks for h < 0,
 * which differs for h = 0 alone; there (0 - 1 + 2^(shift - 1)) >> shift is 0, too. */
static inline int32_t mcuq_rounded_high(int32_t d, int32_t multiplier, int32_t rounding)
{
    return mcuq_high_multiply_add(d, multiplier, rounding) + (d >> 31);
}

/* See mcuq_channel. */
static inline int8_t mcuq_output(const mcuq_channel *channel, int32_t sum)
{
    const int32_t shift = channel->shift;
    const int32_t doubled = (int32_t)((uint32_t)channel->doubled_bias + 2u * (uint32_t)sum);
    if (__builtin_expect(shift >= 1, 1)) {
        return (int8_t)mcuq_saturate(
            mcuq_rounded_high(doubled, channel->multiplier, channel->rounding) >> shift);
    }
    const int32_t scaled = mcuq_shift_left(doubled, (uint32_t)-shift);
    return (int8_t)mcuq_saturate(
        mcuq_high_multiply_add(scaled, channel->multiplier, channel->rounding));
}

/* See mcuq_channel_group; doubled: twice the sum of channel i. */
static inline int8_t mcuq_group_output(const mcuq_channel_group *group, int32_t i, int32_t doubled)
{
    const int32_t shift = (int8_t)(group->output[i].shift & 0xFF);
    const int32_t x = group->doubled_bias[i] + doubled;
    int32_t value;
    if (__builtin_expect(shift >= 1, 1)) {
        value = mcuq_rounded_high(x, group->output[i].multiplier, group->output[i].rounding) >> shift;
    } else {
        const int32_t scaled = mcuq_shift_left(x, (uint32_t)-shift);
        value = mcuq_high_multiply_add(
            scaled, group->output[i].multiplier, group->output[i].rounding);
    }
    return (int8_t)(mcuq_clamp(value, 0, UINT8_MAX) + INT8_MIN);
}

static inline void mcuq_group_outputs(
    const mcuq_channel_group *group, const int32_t *sums, int8_t *output, int32_t width)
{
    for (int32_t i = 0; i < width; i++) {
        output[i] = mcuq_group_output(group, i, 2 * sums[i]);
    }
}

#endif
