/* The sum of one output of a transposed convolution, filters as stored. */
#ifndef MCUQ_TRANSPOSE_WINDOW_H
#define MCUQ_TRANSPOSE_WINDOW_H

#include "mcuq_filter.h"
#include "mcuq_transpose_conv.h"

/* The products of the taps that fall on an input. y, x: of the whole result, what padding cuts off
 * included. `is_int4` is a constant at every call. */
static inline int32_t mcuq_transpose_window(const mcuq_transpose_conv *p, const int8_t *filter,
    const int8_t *input, int32_t y, int32_t x, int32_t channel, int32_t is_int4)
{
    const int32_t depth = p->input_channels;
    int32_t sum = 0;
    for (int32_t ky = y % p->stride_y; ky < p->kernel_height; ky += p->stride_y) {
        const int32_t iy = (y - ky) / p->stride_y;
        if (y < ky || iy >= p->input_height) {
            continue;
        }
        for (int32_t kx = x % p->stride_x; kx < p->kernel_width; kx += p->stride_x) {
            const int32_t ix = (x - kx) / p->stride_x;
            if (x >= kx && ix < p->input_width) {
                const int32_t tap =
                    ((channel * p->kernel_height + ky) * p->kernel_width + kx) * depth;
                sum += mcuq_filter_dot(input + (iy * p->input_width + ix) * depth,
                    -p->input_zero_point, filter, tap, depth, is_int4);
            }
        }
    }
    return sum;
}

#endif
