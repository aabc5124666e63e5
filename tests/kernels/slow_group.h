/* The words of a slow group (mcuq_channel_group) from those of single channels. */
#ifndef SLOW_GROUP_H
#define SLOW_GROUP_H

#include "mcuq_kernels.h"

static void slow_words(mcuq_channel_group *group)
{
    for (int32_t i = 0; i < 4; i++) {
        const int32_t word = group->bias_shift[i];
        const int32_t shift = (int8_t)(word & 0xFF);
        const int32_t coded = shift > 0 ? 1 + shift : 1 - 32 * (1 + shift);
        group->bias_shift[i] = (word >> 8) * 256 + MCUQ_GROUP_SLOW + coded;
    }
}

#endif
