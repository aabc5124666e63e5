/* Convolution by lanes of bytes: the windows of two output pixels are copied into columns, padding
 * included, and meet all output channels. Both windows are read before either pixel is written. */
#include "mcuq_arith.h"
#include "mcuq_lanes.h"

/* Taps of a window that begins at `start` that lie inside 0 … size - 1: [from, to). */
typedef struct {
    int32_t from;
    int32_t to;
} mcuq_taps;

static mcuq_taps inside(int32_t start, int32_t size, int32_t taps, int32_t dilation)
{
    mcuq_taps found = {0, taps};
    while (found.from < taps && start + found.from * dilation < 0) {
        found.from++;
    }
    while (found.to > found.from && start + (found.to - 1) * dilation >= size) {
        found.to--;
    }
    return found;
}

/* One tap outwards copies the taps of a row one by one where they are apart. */
static void copy_taps(const mcuq_conv *p, int8_t *column, const int8_t *source, mcuq_taps rows,
    mcuq_taps columns)
{
    const int32_t channels = p->input_channels;
    const int32_t to_pitch = p->kernel_width * channels;
    const int32_t from_pitch = p->dilation_y * p->input_width * channels;
    const int32_t count = columns.to - columns.from;
    const int32_t run = p->dilation_x == 1 ? count : 1;
    column += rows.from * to_pitch + columns.from * channels;
    source += rows.from * from_pitch + columns.from * p->dilation_x * channels;
    for (int32_t tap = 0; tap < count; tap += run) {
        mcuq_lane_copy(
            column, to_pitch, source, from_pitch, run * channels, rows.to - rows.from);
        column += channels;
        source += p->dilation_x * channels;
    }
}

static void gather(const mcuq_conv *p, int8_t *column, const int8_t *input, int32_t y, int32_t x)
{
    const mcuq_taps rows = inside(y, p->input_height, p->kernel_height, p->dilation_y);
    const mcuq_taps columns = inside(x, p->input_width, p->kernel_width, p->dilation_x);
    const int32_t taps = p->kernel_height * p->kernel_width;
    const int32_t found = (rows.to - rows.from) * (columns.to - columns.from);
    if (found < taps) {
        mcuq_lane_fill(column, p->input_zero_point, taps * p->input_channels);
    }
    if (found > 0) {
        const intptr_t first = (intptr_t)(y * p->input_width + x) * p->input_channels;
        copy_taps(p, column, input + first, rows, columns);
    }
}

void mcuq_lane_windows(const mcuq_conv *p, const int32_t *weights,
    const mcuq_lane_group *channels, const int8_t *input, int8_t *output, int32_t *scratch,
    mcuq_lane_pixels *pixels)
{
    const int32_t depth = (p->kernel_height * p->kernel_width * p->input_channels + 3) / 4 * 4;
    const int32_t count = p->output_height * p->output_width;
    const int32_t steps = (count + 1) / 2;
    int8_t *columns = (int8_t *)scratch;
    /* What a window leaves of its last word. */
    scratch[depth / 4 - 1] = 0;
    scratch[depth / 2 - 1] = 0;
    for (int32_t step = 0; step < steps; step++) {
        const int32_t first = 2 * (p->direction == MCUQ_DESCENDING ? steps - 1 - step : step);
        const int32_t second = first + 1 < count ? first + 1 : first;
        for (int32_t i = 0; i < 2; i++) {
            const int32_t pixel = i == 0 ? first : second;
            const int32_t row = pixel / p->output_width;
            const int32_t column = pixel - row * p->output_width;
            gather(p, columns + i * depth, input, row * p->stride_y - p->pad_top,
                column * p->stride_x - p->pad_left);
        }
        pixels(columns, depth, (const int8_t *)weights, channels, p->output_zero_point,
            p->output_channels, output + first * p->output_channels,
            output + second * p->output_channels);
    }
    mcuq_clamp_s8(output, count * p->output_channels, p->activation_min, p->activation_max);
}
