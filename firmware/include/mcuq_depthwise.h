/* Inner parts of the depthwise kernels with re-ordered weights. */
#ifndef MCUQ_DEPTHWISE_H
#define MCUQ_DEPTHWISE_H

#include <stdint.h>

#include "mcuq_instructions.h"
#include "mcuq_kernels.h"

/* Depthwise convolution of `pixels` pixels. taps: `count` addresses of the taps' pixels, `width`
 * bytes ahead, then how far each moves a pixel. output: end of the first output pixel; width:
 * channels; step: from one output pixel to the next. zero: the outputs' zero point + 128. */
typedef void mcuq_depthwise_run(const int8_t **taps, const int32_t *weights,
    const mcuq_channel_group *channels, int8_t *output, int32_t width, int32_t pixels, int32_t step,
    int32_t count, int32_t zero);
void mcuq_depthwise_run_any(const int8_t **taps, const int32_t *weights,
    const mcuq_channel_group *channels, int8_t *output, int32_t width, int32_t pixels, int32_t step,
    int32_t count, int32_t zero);
/* The same for up to 15 taps, weights and channels (of mcuq_lane_group) as in mcuq_lanes.h. */
void mcuq_depthwise_lanes_run(const int8_t **taps, const int32_t *weights,
    const mcuq_channel_group *channels, int8_t *output, int32_t width, int32_t pixels, int32_t step,
    int32_t count, int32_t zero);
/* The same for nine taps and channels in fours. */
void mcuq_depthwise_run_9(const int8_t **taps, const int32_t *weights,
    const mcuq_channel_group *channels, int8_t *output, int32_t width, int32_t pixels, int32_t step,
    int32_t count, int32_t zero);
/* The same for nine taps and any channels from four up; taps are `width` & ~3 bytes ahead. */
void mcuq_depthwise_run_9_any(const int8_t **taps, const int32_t *weights,
    const mcuq_channel_group *channels, int8_t *output, int32_t width, int32_t pixels, int32_t step,
    int32_t count, int32_t zero);
/* weights: as mcuq_expand and mcuq_expand_two make them. Needs the DSP or the vector extension. */
void mcuq_depthwise_run_expanded_9(const int8_t **taps, const int32_t *weights,
    const mcuq_channel_group *channels, int8_t *output, int32_t width, int32_t pixels, int32_t step,
    int32_t count, int32_t zero);

/* Sums of `width` (1 to 4) channels of one pixel; offset: of the group from the taps' addresses;
 * before: channels of the pixel ahead of the group, which may be loaded. Of a pixel's last channels,
 * where they are fewer than four, they are formed before its outputs are written, which may be over
 * those inputs. */
void mcuq_depthwise_sums(const int8_t *const *taps, int32_t count, int32_t offset,
    const int32_t *weights, int32_t width, int32_t before, int32_t sums[4]);

/* The scratch behind the driver's own: taps' addresses and moves, a pixel of padding. */
static inline int32_t *mcuq_depthwise_spare(const mcuq_depthwise *p, int32_t *scratch)
{
    const int32_t taps = p->kernel_height * p->kernel_width;
    const int8_t **table = (const int8_t **)(void *)scratch;
    return (int32_t *)(void *)(table + 2 * taps) + (p->channels + 3) / 4;
}

/* Moves the table to the next pixel. */
static inline void mcuq_depthwise_move(const int8_t **taps, int32_t count)
{
    const intptr_t *moves = (const intptr_t *)(void *)(taps + count);
    for (int32_t tap = 0; tap < count; tap++) {
        taps[tap] += moves[tap];
    }
}

/* The depthwise driver; ahead: bytes by which `run` wants the taps ahead. */
void mcuq_depthwise_windows(const mcuq_depthwise *layer, const int32_t *weights,
    const mcuq_channel_group *channels, const int8_t *input, int8_t *output, int32_t *scratch,
    mcuq_depthwise_run *run, int32_t ahead);

/* Four int4 weights, stored + 8 in half word `index`, as four bytes. */
static inline int32_t mcuq_unpack_nibbles(const int32_t *weights, int32_t index)
{
    const uint32_t half = (uint32_t)weights[index >> 1] >> 16 * (index & 1);
    const uint32_t spread =
        (half & 0xF) | (half & 0xF0) << 4 | (half & 0xF00) << 8 | (half & 0xF000) << 12;
    /* Minus 8 in each byte; the top bits keep borrows from crossing bytes. */
    return (int32_t)(((spread | 0x80808080u) - 0x08080808u) ^ 0x80808080u);
}

/* Four int8 weights as int16 of channels (0, 2) and (1, 3). */
static inline void mcuq_expand(uint32_t weights, int32_t *expanded)
{
    expanded[0] = mcuq_even_bytes(weights);
    expanded[1] = mcuq_odd_bytes(weights);
}

/* Those of two taps, a word a channel: (first tap's, second tap's). */
static inline void mcuq_expand_two(uint32_t first, uint32_t second, int32_t *expanded)
{
    mcuq_expand((first & 0xFFFF) | second << 16, expanded);
    mcuq_expand(first >> 16 | (second & 0xFFFF0000u), expanded + 2);
}

#endif
