/* From the sum of one channel of mcuq_lane_group to its output byte, where no assembly does it. */
#ifndef MCUQ_LANE_OUTPUT_H
#define MCUQ_LANE_OUTPUT_H

#include "mcuq_lanes.h"
#include "mcuq_output.h"

static inline int8_t mcuq_lane_output(
    const mcuq_lane_group *group, int32_t i, int32_t sum, int32_t zero_point)
{
    const int32_t word = group->bias_shift[i];
    const int32_t left = mcuq_shift_left(word, 27) >> 27;
    const int32_t factor = mcuq_shift_left(group->multiplier[i], 1);
    const int32_t shift = left < 0 ? -left : ~left;
    return (int8_t)mcuq_saturate(mcuq_scaled((word >> 6) + sum, factor, shift, zero_point));
}

#endif
