/* From an output channel's sum to its output byte. */
#ifndef MCUQ_OUTPUT_H
#define MCUQ_OUTPUT_H

#include <stdint.h>

#include "mcuq_arith.h"
#include "mcuq_instructions.h"
#include "mcuq_kernels.h"

/* See mcuq_channel. */
static inline int8_t mcuq_output(const mcuq_channel *channel, int32_t sum)
{
    const int32_t shift = channel->shift;
    const int32_t doubled = (int32_t)((uint32_t)channel->doubled_bias + 2u * (uint32_t)sum);
    if (shift >= 1) {
        const int32_t high = mcuq_high_multiply(doubled, channel->multiplier);
        return (int8_t)mcuq_saturate((high + (high >> 31) + channel->rounding) >> shift);
    }
    const int32_t scaled = mcuq_shift_left(doubled, (uint32_t)-shift);
    return (int8_t)mcuq_saturate(
        mcuq_high_multiply(scaled, channel->multiplier) + channel->rounding);
}

/* See mcuq_channel_group; doubled: twice the sum of channel i. */
static inline int8_t mcuq_group_output(const mcuq_channel_group *group, int32_t i, int32_t doubled)
{
    const int32_t shift = (int8_t)(group->output[i].shift & 0xFF);
    const int32_t x = group->doubled_bias[i] + doubled;
    int32_t value;
    if (shift >= 1) {
        const int32_t high = mcuq_high_multiply(x, group->output[i].multiplier);
        value = (high + (high >> 31) + group->output[i].rounding) >> shift;
    } else {
        const int32_t scaled = mcuq_shift_left(x, (uint32_t)-shift);
        value = mcuq_high_multiply(scaled, group->output[i].multiplier) + group->output[i].rounding;
    }
    return (int8_t)(mcuq_clamp(value, 0, UINT8_MAX) + INT8_MIN);
}

#endif
