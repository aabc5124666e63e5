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

/* The lowest `bits` of a word in two's complement. */
static inline int32_t mcuq_low_bits(int32_t word, uint32_t bits)
{
    return mcuq_shift_left(word, 32 - bits) >> (32 - bits);
}

/* The output of a doubled sum before it is saturated; down: shift - 1 of mcuq_channel. */
static inline int32_t mcuq_scaled(int32_t doubled, int32_t multiplier, int32_t down, int32_t centre)
{
    if (__builtin_expect(down >= 0, 1)) {
        const int32_t rounding = mcuq_shift_left(centre, (uint32_t)down);
        return mcuq_rounded_high(doubled, multiplier, rounding) >> down >> 1;
    }
    const int32_t scaled = mcuq_shift_left(doubled, (uint32_t)~down);
    return mcuq_high_multiply_add(scaled, multiplier, centre >> 1);
}

/* See mcuq_channel. */
static inline int8_t mcuq_output(const mcuq_channel *channel, int32_t sum, int32_t centre)
{
    /* Above the shift lies a zero bit: the rest is the bias, doubled. */
    const int32_t word = channel->bias_shift;
    const int32_t doubled = (int32_t)((uint32_t)(word >> 5) + 2u * (uint32_t)sum);
    const int32_t down = mcuq_low_bits(word, 5);
    return (int8_t)mcuq_saturate(mcuq_scaled(doubled, channel->multiplier, down, centre));
}

/* See mcuq_channel_group; doubled: twice the sum of channel i. */
static inline int8_t mcuq_group_output(
    const mcuq_channel_group *group, int32_t i, int32_t doubled, int32_t centre)
{
    const int32_t word = group->bias_shift[i];
    const int32_t value = mcuq_scaled(
        (word >> 8) + doubled, group->multiplier[i], mcuq_low_bits(word, 6), centre);
    return (int8_t)(mcuq_clamp(value, 0, UINT8_MAX) + INT8_MIN);
}

static inline void mcuq_group_outputs(const mcuq_channel_group *group, const int32_t *sums,
    int8_t *output, int32_t width, int32_t centre)
{
    for (int32_t i = 0; i < width; i++) {
        output[i] = mcuq_group_output(group, i, 2 * sums[i], centre);
    }
}

#endif
