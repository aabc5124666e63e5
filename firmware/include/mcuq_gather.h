/* Windows of an image as columns for mcuq_multiply_*: padding included, runs of contiguous bytes
 * padded to multiples of 4. Not `inline`: the compiler weighs these functions as those of the
 * file that includes them. */
#ifndef MCUQ_GATHER_H
#define MCUQ_GATHER_H

#include <stddef.h>

#include "mcuq_arith.h"
#include "mcuq_columns.h"
#include "mcuq_instructions.h"

/* Where the bytes of one column go: element e of a run that starts at `base`. */
static int16_t *mcuq_column_element(int32_t *base, int32_t e)
{
    int16_t *halves = (int16_t *)(base + e / 4 * 4 + (e & 1) * 2);
    return halves + (e >> 1 & 1);
}

static void mcuq_fill_bytes(int32_t *base, int32_t from, int32_t to, int32_t value)
{
    for (int32_t e = from; e < to; e++) {
        *mcuq_column_element(base, e) = (int16_t)value;
    }
}

static void mcuq_fill_words(int32_t *base, int32_t from, int32_t to, int32_t value)
{
    const int32_t pair = (int32_t)((uint32_t)value << 16 | ((uint32_t)value & 0xFFFF));
    for (int32_t e = from; e < to; e += 2) {
        base[e] = pair;
    }
}

/* Padding up to element `from`, input bytes up to `to`, padding up to `size`, zeros to a multiple
 * of 4. */
static void mcuq_gather_run(
    int32_t *base, const int8_t *source, int32_t from, int32_t to, int32_t size, int32_t value)
{
    if (((from | to | size) & 3) == 0) {
        mcuq_fill_words(base, 0, from, value);
        int32_t *target = base + from;
        for (const int8_t *end = source + (to - from); source != end; source += 4, target += 4) {
            const uint32_t word = mcuq_load_word(source);
            target[0] = mcuq_even_bytes(word);
            target[2] = mcuq_odd_bytes(word);
        }
        mcuq_fill_words(base, to, size, value);
        return;
    }
    mcuq_fill_bytes(base, 0, from, value);
    for (int32_t e = from; e < to; e++) {
        *mcuq_column_element(base, e) = *source++;
    }
    mcuq_fill_bytes(base, to, size, value);
    mcuq_fill_bytes(base, size, (size + 3) / 4 * 4, 0);
}

/* One window row of one pixel: a run of kernel_width taps, or a run a tap if dilated; row is NULL
 * outside the input. */
static int32_t *mcuq_gather_row(
    const mcuq_conv *p, int32_t *base, const int8_t *row, int32_t x)
{
    const int32_t channels = p->input_channels;
    const int32_t taps = p->dilation_x == 1 ? p->kernel_width : 1;
    const int32_t size = taps * channels;
    for (int32_t tap = 0; tap < p->kernel_width; tap += taps) {
        const int32_t from = row == NULL ? taps : mcuq_clamp(-x, 0, taps);
        const int32_t to = mcuq_clamp(p->input_width - x, from, taps);
        const int8_t *source = to > from ? row + (x + from) * channels : NULL;
        mcuq_gather_run(base, source, from * channels, to * channels, size, p->input_zero_point);
        base += (size + 3) / 4 * 4;
        x += p->dilation_x;
    }
    return base;
}

/* The whole window of output pixel `pixel` into column `slot` (0 or 1). */
static void mcuq_gather_window(
    const mcuq_conv *p, int32_t *columns, const int8_t *input, int32_t pixel, int32_t slot)
{
    int32_t *base = columns + MCUQ_COLUMN_HEADER + slot;
    int32_t y = pixel / p->output_width * p->stride_y - p->pad_top;
    const int32_t x = pixel % p->output_width * p->stride_x - p->pad_left;
    for (int32_t ky = 0; ky < p->kernel_height; ky++, y += p->dilation_y) {
        const int32_t inside = y >= 0 && y < p->input_height;
        const int8_t *row = inside ? input + y * p->input_width * p->input_channels : NULL;
        base = mcuq_gather_row(p, base, row, x);
    }
}

/* `rows` rows of two windows, the first at `offset`, the second `step` bytes behind it. */
static int32_t *mcuq_gather_rows(const int8_t *input, int32_t offset, int32_t step, int32_t size,
    int32_t *base, int32_t rows, int32_t pitch)
{
    const int32_t padded = (size + 3) / 4 * 4;
    if (size >= 4 && rows > 0) {
        mcuq_unpack_rows(input + offset, input + offset + step, size, base, rows, pitch);
        return base + rows * padded;
    }
    for (; rows > 0; rows--, offset += pitch, base += padded) {
        mcuq_unpack_2(input + offset, input + offset + step, size, base);
    }
    return base;
}

/* Both windows where neither touches a side of the input and no run is split by dilation: their
 * rows are unpacked together. */
static void mcuq_gather_pair(
    const mcuq_conv *p, int32_t *columns, const int8_t *input, int32_t y, int32_t x)
{
    const int32_t size = p->kernel_width * p->input_channels;
    const int32_t padded = (size + 3) / 4 * 4;
    const int32_t step = p->stride_x * p->input_channels;
    const int32_t dilation = p->dilation_y;
    const int32_t pitch = dilation * p->input_width * p->input_channels;
    const uint32_t height = (uint32_t)p->input_height;
    int32_t offset = (y * p->input_width + x) * p->input_channels;
    int32_t *base = columns + MCUQ_COLUMN_HEADER;
    int32_t inside = 0;
    for (int32_t ky = p->kernel_height; ky > 0; ky--, y += dilation) {
        if ((uint32_t)y < height) {
            inside++;
            continue;
        }
        base = mcuq_gather_rows(input, offset, step, size, base, inside, pitch);
        offset += (inside + 1) * pitch;
        inside = 0;
        mcuq_fill_words(base, 0, padded, p->input_zero_point);
        mcuq_fill_words(base + 1, 0, padded, p->input_zero_point);
        base += padded;
    }
    mcuq_gather_rows(input, offset, step, size, base, inside, pitch);
}

static void mcuq_gather(
    const mcuq_conv *p, int32_t *columns, const int8_t *input, int32_t first, int32_t second)
{
    const int32_t row = first / p->output_width;
    const int32_t column = first - row * p->output_width;
    const int32_t y = row * p->stride_y - p->pad_top;
    const int32_t x = column * p->stride_x - p->pad_left;
    if (p->dilation_x == 1 && column + 1 < p->output_width && second > first && x >= 0 &&
        x + p->stride_x + p->kernel_width <= p->input_width) {
        mcuq_gather_pair(p, columns, input, y, x);
        return;
    }
    mcuq_gather_window(p, columns, input, first, 0);
    mcuq_gather_window(p, columns, input, second, 1);
}

/* Depth of a window with its runs padded to multiples of 4. */
static int32_t mcuq_padded_depth(const mcuq_conv *p)
{
    if (p->dilation_x == 1) {
        return p->kernel_height * ((p->kernel_width * p->input_channels + 3) / 4 * 4);
    }
    return p->kernel_height * p->kernel_width * ((p->input_channels + 3) / 4 * 4);
}

#endif
