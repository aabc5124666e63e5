/* Depthwise convolution: every output pixel is computed from a table of its taps' addresses,
 * where padding is a pixel of zero points; pixels of a row whose windows do not leave the row
 * share a table that moves. */
#include <string.h>

#include "mcuq_arith.h"
#include "mcuq_depthwise.h"

/* What a row of output needs beside its parameters. The table holds the taps' addresses, then
 * how far each moves from one pixel to the next; the addresses are as far ahead
 * as `run` wants them. */
typedef struct {
    const mcuq_depthwise *p;
    const int32_t *weights;
    const mcuq_channel_group *channels;
    const int8_t *input;
    const int8_t *padding;
    const int8_t **taps;
    mcuq_depthwise_run *run;
    int32_t count;
    int32_t direction;
} row_context;

/* Fills the table for the window that begins at row y, column x, and lasts for `run` pixels. */
static void fill_taps(const row_context *r, int32_t y, int32_t x, int32_t run)
{
    const mcuq_depthwise *p = r->p;
    const int8_t *const padding = r->padding;
    const int8_t **tap = r->taps;
    const int32_t dilation = p->dilation_x;
    const int32_t step = dilation * p->channels;
    const uint32_t width = (uint32_t)p->input_width;
    const int32_t end = x + p->kernel_width * dilation;
    for (int32_t ky = p->kernel_height; ky > 0; ky--, y += p->dilation_y) {
        /* In rows outside the input no column is inside. */
        const uint32_t columns = y >= 0 && y < p->input_height ? width : 0;
        int32_t offset = (y * (int32_t)width + x) * p->channels;
        for (int32_t column = x; column < end; column += dilation, offset += step) {
            *tap++ = (uint32_t)column < columns ? r->input + offset : padding;
        }
    }
    if (run > 1) {
        intptr_t *move = (intptr_t *)(r->taps + r->count);
        const int32_t distance = r->direction * p->stride_x * p->channels;
        for (int32_t i = 0; i < r->count; i++) {
            move[i] = r->taps[i] == padding ? 0 : distance;
        }
    }
}

/* How many pixels from `column` on, in the row's direction, may share a moving table. */
static int32_t run_length(const row_context *r, int32_t column)
{
    const mcuq_depthwise *p = r->p;
    const int32_t span = (p->kernel_width - 1) * p->dilation_x + 1;
    const int32_t x = column * p->stride_x - p->pad_left;
    const int32_t room = p->input_width - span - x;
    if (x < 0 || room < 0) {
        return 1;
    }
    if (r->direction < 0) {
        return x / p->stride_x + 1;
    }
    return mcuq_clamp(room / p->stride_x + 1, 1, p->output_width - column);
}

static void one_row(const row_context *r, int32_t row, int8_t *output)
{
    const mcuq_depthwise *p = r->p;
    const int32_t y = row * p->stride_y - p->pad_top;
    int32_t column = r->direction < 0 ? p->output_width - 1 : 0;
    for (int32_t left = p->output_width; left > 0;) {
        const int32_t run = run_length(r, column);
        fill_taps(r, y, column * p->stride_x - p->pad_left, run);
        r->run(r->taps, r->weights, r->channels, output + (column + 1) * p->channels, p->channels,
            run, r->direction * p->channels, r->count, p->output_zero_point - INT8_MIN);
        column += r->direction * run;
        left -= run;
    }
}

/* Tensors of one column as tensors of one row, which are the same bytes: their pixels share tables
 * that move. */
static mcuq_depthwise turned(const mcuq_depthwise *p)
{
    mcuq_depthwise t = *p;
    if (p->input_width == 1 && p->output_width == 1 && p->kernel_width == 1 &&
        p->pad_left == 0) {
        t.input_height = 1;
        t.input_width = p->input_height;
        t.output_height = 1;
        t.output_width = p->output_height;
        t.kernel_height = 1;
        t.kernel_width = p->kernel_height;
        t.stride_x = p->stride_y;
        t.dilation_x = p->dilation_y;
        t.pad_top = 0;
        t.pad_left = p->pad_top;
    }
    return t;
}

void mcuq_depthwise_windows(const mcuq_depthwise *layer, const int32_t *weights,
    const mcuq_channel_group *channels, const int8_t *input, int8_t *output, int32_t *scratch,
    mcuq_depthwise_run *run, int32_t ahead)
{
    const mcuq_depthwise in_rows = turned(layer);
    const mcuq_depthwise *p = &in_rows;
    const int32_t count = p->kernel_height * p->kernel_width;
    const int8_t **taps = (const int8_t **)(void *)scratch;
    int8_t *padding = (int8_t *)(taps + 2 * count);
    memset(padding, (int)p->input_zero_point, (size_t)p->channels);
    const int32_t direction = p->direction == MCUQ_DESCENDING ? -1 : 1;
    const row_context context = {
        p, weights, channels, input + ahead, padding + ahead, taps, run, count, direction};
    for (int32_t step = 0; step < p->output_height; step++) {
        const int32_t row = direction < 0 ? p->output_height - 1 - step : step;
        one_row(&context, row, output + row * p->output_width * p->channels);
    }
    mcuq_clamp_s8(output, p->output_height * p->output_width * p->channels, p->activation_min,
        p->activation_max);
}
