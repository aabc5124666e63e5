/* How far an output may be written over its own input; the planner's copy of these functions is
 * mcuq.lower.overlap, and its words explain them. */
#include "mcuq_kernels.h"

/* One axis of a window: taps `kernel`, `dilation` apart, the first at `start`. */
typedef struct {
    int32_t size;
    int32_t kernel;
    int32_t dilation;
} window_axis;

/* First index inside the input, or the input's size. */
static int32_t first_inside(const window_axis *axis, int32_t start)
{
    for (int32_t k = 0; k < axis->kernel; k++, start += axis->dilation) {
        if (start >= 0 && start < axis->size) {
            return start;
        }
    }
    return axis->size;
}

/* Last index inside the input, or -1. */
static int32_t last_inside(const window_axis *axis, int32_t start)
{
    int32_t last = -1;
    for (int32_t k = 0; k < axis->kernel; k++, start += axis->dilation) {
        if (start >= 0 && start < axis->size) {
            last = start;
        }
    }
    return last;
}

/* Index of the first (last) input pixel that the window of an output pixel reads: the number of
 * input pixels (-1) if it reads nothing. */
static int32_t reach(const mcuq_conv *p, int32_t pixel, int32_t last)
{
    const window_axis rows = {p->input_height, p->kernel_height, p->dilation_y};
    const window_axis columns = {p->input_width, p->kernel_width, p->dilation_x};
    const int32_t y = pixel / p->output_width * p->stride_y - p->pad_top;
    const int32_t x = pixel % p->output_width * p->stride_x - p->pad_left;
    const int32_t top = last ? last_inside(&rows, y) : first_inside(&rows, y);
    const int32_t left = last ? last_inside(&columns, x) : first_inside(&columns, x);
    if (top < 0 || left < 0) {
        return -1;
    }
    if (top == p->input_height || left == p->input_width) {
        return p->input_height * p->input_width;
    }
    return top * p->input_width + left;
}

static int32_t larger(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static int32_t smaller(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

int32_t mcuq_conv_overlap(const mcuq_conv *p)
{
    const int32_t pixels = p->output_height * p->output_width;
    const int32_t input_bytes = p->input_height * p->input_width * p->input_channels;
    const int32_t output_bytes = pixels * p->output_channels;
    const int32_t from = p->input_channels;
    const int32_t to = p->output_channels;
    int32_t lead = 0;
    if (p->direction == MCUQ_ASCENDING) {
        lead = -input_bytes;
        int32_t ahead = input_bytes;
        for (int32_t pixel = pixels - 1; pixel >= 2; pixel--) {
            ahead = smaller(ahead, reach(p, pixel, 0) * from);
            if (pixel % 2 == 0) {
                lead = larger(lead, pixel * to - ahead);
            }
        }
        return output_bytes - lead;
    }
    lead = -output_bytes;
    int32_t behind = 0;
    for (int32_t pixel = 0; pixel + 1 < pixels; pixel++) {
        behind = larger(behind, (reach(p, pixel, 1) + 1) * from);
        if (pixel % 2 == 1) {
            lead = larger(lead, behind - (pixel + 1) * to);
        }
    }
    return input_bytes - lead;
}

int32_t mcuq_pointwise_overlap(const mcuq_pointwise *p)
{
    const int32_t up = p->direction == MCUQ_ASCENDING;
    const int32_t input_bytes = p->pixels * p->input_channels;
    const int32_t output_bytes = p->pixels * p->output_channels;
    const int32_t growth = p->output_channels - p->input_channels;
    int32_t lead = up ? -input_bytes : -output_bytes;
    for (int32_t pixel = 2; pixel < p->pixels; pixel += 2) {
        lead = larger(lead, up ? pixel * growth : -pixel * growth);
    }
    return (up ? output_bytes : input_bytes) - lead;
}

int32_t mcuq_depthwise_overlap(const mcuq_depthwise *p)
{
    const mcuq_conv conv = {p->input_height, p->input_width, p->channels, p->output_height,
        p->output_width, p->channels, p->kernel_height, p->kernel_width, p->stride_y, p->stride_x,
        p->dilation_y, p->dilation_x, p->pad_top, p->pad_left, 0, 0, 0, 0, p->direction};
    const int32_t pixels = p->output_height * p->output_width;
    const int32_t input_pixels = p->input_height * p->input_width;
    if (p->direction == MCUQ_ASCENDING) {
        int32_t lead = -input_pixels;
        int32_t ahead = input_pixels;
        for (int32_t pixel = pixels - 1; pixel >= 0; pixel--) {
            ahead = smaller(ahead, reach(&conv, pixel, 0));
            lead = larger(lead, pixel - ahead);
        }
        return (pixels - lead) * p->channels;
    }
    int32_t lead = -pixels;
    int32_t behind = -1;
    for (int32_t pixel = 0; pixel < pixels; pixel++) {
        behind = larger(behind, reach(&conv, pixel, 1));
        lead = larger(lead, behind + 1 - pixel);
    }
    return (input_pixels - lead) * p->channels;
}
