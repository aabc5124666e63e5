/* Bodies of the CMSIS-NN forms that int8 and packed int4 filters share. `is_int4` is a constant at
 * every call. */
#ifndef MCUQ_FILTER_H
#define MCUQ_FILTER_H

#include "mcuq_nnfunctions.h"
#include "mcuq_arith.h"
#include "mcuq_instructions.h"
#include "mcuq_rest.h"

/* The same as mcuq_filter_dot for packed int4. */
static inline __attribute__((always_inline)) int32_t mcuq_filter_dot_int4(
    const int8_t *x, int32_t offset, const int8_t *filter, int32_t index, int32_t count)
{
    int32_t sum = 0;
    const int8_t *const end = x + count;
    if ((index & 1) != 0 && count > 0) {
        sum = (*x++ + offset) * mcuq_int4_at(filter, index++);
    }
    const int8_t *bytes = filter + (index >> 1);
    for (; end - x >= 2; x += 2, bytes++) {
        sum += (x[0] + offset) * mcuq_int4_at(bytes, 0);
        sum += (x[1] + offset) * mcuq_int4_at(bytes, 1);
    }
    return x < end ? sum + (*x + offset) * mcuq_int4_at(bytes, 0) : sum;
}

/* Σ (x + offset) × weight over `count` values and the weights from `index` on. */
static inline __attribute__((always_inline)) int32_t mcuq_filter_dot(const int8_t *x,
    int32_t offset, const int8_t *filter, int32_t index, int32_t count, int32_t is_int4)
{
    if (is_int4) {
        return mcuq_filter_dot_int4(x, offset, filter, index, count);
    }
    int32_t sum = 0;
    int32_t i = 0;
#if defined(__ARM_FEATURE_DSP)
    /* Offsets are at most 128 in size: x + offset has nine bits. */
    const int32_t offsets = (int32_t)((uint32_t)(offset & 0xFFFF) * 0x10001u);
    for (; i + 4 <= count; i += 4) {
        const uint32_t values = mcuq_load_word(x + i);
        const uint32_t weights = mcuq_load_word(filter + index + i);
        const int32_t even = __sadd16(mcuq_even_bytes(values), offsets);
        const int32_t odd = __sadd16(mcuq_odd_bytes(values), offsets);
        sum = mcuq_dual_multiply(even, mcuq_even_bytes(weights), sum);
        sum = mcuq_dual_multiply(odd, mcuq_odd_bytes(weights), sum);
    }
#endif
    for (; i < count; i++) {
        sum += (x[i] + offset) * filter[index + i];
    }
    return sum;
}

/* The taps of one axis of a window that are inside the input: the first, their number, and the
 * first one's place. */
typedef struct {
    int32_t first;
    int32_t count;
    int32_t place;
} mcuq_filter_span;

static inline mcuq_filter_span mcuq_filter_inside(
    int32_t start, int32_t taps, int32_t dilation, int32_t size)
{
    mcuq_filter_span span = {0, 0, start};
    for (; span.first < taps && span.place < 0; span.first++) {
        span.place += dilation;
    }
    for (int32_t end = span.place; span.first + span.count < taps && end < size; end += dilation) {
        span.count++;
    }
    return span;
}

/* A window of the input; step: from the weights of one tap to the next's. */
typedef struct {
    mcuq_filter_span rows;
    mcuq_filter_span columns;
    const cmsis_nn_dims *input;
    const cmsis_nn_dims *filter;
    const cmsis_nn_tile *dilation;
    int32_t step;
    int32_t offset;
} mcuq_filter_view;

/* The window of output pixel `pixel`. */
static inline void mcuq_filter_move(mcuq_filter_view *v, int32_t pixel, int32_t output_width,
    const cmsis_nn_tile *stride, const cmsis_nn_tile *padding)
{
    const int32_t y = pixel / output_width * stride->h - padding->h;
    const int32_t x = pixel % output_width * stride->w - padding->w;
    v->rows = mcuq_filter_inside(y, v->filter->h, v->dilation->h, v->input->h);
    v->columns = mcuq_filter_inside(x, v->filter->w, v->dilation->w, v->input->w);
}

/* The sum over `count` channels of a window. image: at the first; index: of the first tap's
 * weights; joins: a constant at every call, whether taps that lie side by side, in the input as in
 * the filter, are taken as one run. */
static inline __attribute__((always_inline)) int32_t mcuq_filter_window(const mcuq_filter_view *v,
    const int8_t *image, const int8_t *filter, int32_t index, int32_t count, int32_t joins,
    int32_t is_int4)
{
    const int32_t channels = v->input->c;
    /* A dilation that nothing is spaced by may be any number. */
    const int32_t pitch = v->rows.count > 1 ? v->dilation->h * v->input->w * channels : 0;
    const int32_t pace = v->columns.count > 1 ? v->dilation->w * channels : 0;
    const int32_t step = v->step;
    const int32_t joined = joins && pace == step && count == step;
    const int32_t run = joined ? count * v->columns.count : count;
    const int32_t runs = joined ? 1 : v->columns.count;
    const int8_t *row = image + (v->rows.place * v->input->w + v->columns.place) * channels;
    int32_t sum = 0;
    index += (v->rows.first * v->filter->w + v->columns.first) * step;
    for (int32_t ky = v->rows.count; ky > 0; ky--, row += pitch, index += v->filter->w * step) {
        const int8_t *pixel = row;
        int32_t tap = index;
        for (int32_t kx = runs; kx > 0; kx--, pixel += pace, tap += step) {
            sum += mcuq_filter_dot(pixel, v->offset, filter, tap, run, is_int4);
        }
    }
    return sum;
}

/* A sum, bias included, becomes an output. */
static inline int8_t mcuq_filter_output(int32_t sum, int32_t multiplier, int32_t shift,
    int32_t offset, const cmsis_nn_activation *activation)
{
    const int32_t value = mcuq_requantize(sum, multiplier, shift) + offset;
    return (int8_t)mcuq_clamp(value, activation->min, activation->max);
}

/* Convolution of any shape, grouped too. */
static inline arm_cmsis_nn_status mcuq_filter_convolve(const cmsis_nn_conv_params *params,
    const cmsis_nn_per_channel_quant_params *quant, const cmsis_nn_dims *input_dims,
    const int8_t *input, const cmsis_nn_dims *filter_dims, const int8_t *filter,
    const int32_t *bias, const cmsis_nn_dims *output_dims, int8_t *output, int32_t is_int4)
{
    const int32_t channels = output_dims->c;
    const int32_t depth = filter_dims->c;
    const int32_t groups = depth > 0 ? input_dims->c / depth : 0;
    if (groups < 1 || input_dims->c % depth != 0 || channels % groups != 0) {
        return ARM_CMSIS_NN_ARG_ERROR;
    }
    mcuq_filter_view view = {{0, 0, 0}, {0, 0, 0}, input_dims, filter_dims, &params->dilation, depth,
        params->input_offset};
    const int32_t pixels = output_dims->h * output_dims->w;
    const int32_t taps = filter_dims->h * filter_dims->w;
    for (int32_t i = 0; i < input_dims->n * pixels; i++) {
        const int8_t *image = input + i / pixels * input_dims->h * input_dims->w * input_dims->c;
        mcuq_filter_move(&view, i % pixels, output_dims->w, &params->stride, &params->padding);
        for (int32_t c = 0; c < channels; c++) {
            const int8_t *group = image + c / (channels / groups) * depth;
            const int32_t sum =
                mcuq_filter_window(&view, group, filter, c * taps * depth, depth, 1, is_int4);
            *output++ = mcuq_filter_output(sum + (bias ? bias[c] : 0), quant->multiplier[c],
                quant->shift[c], params->output_offset, &params->activation);
        }
    }
    return ARM_CMSIS_NN_SUCCESS;
}

/* See mcuq_rest.h. */
static inline void mcuq_filter_rest(const cmsis_nn_conv_params *p,
    const mcuq_rest_channel *channels, const cmsis_nn_dims *input_dims, const int8_t *input,
    const cmsis_nn_dims *filter_dims, const int8_t *filter, const cmsis_nn_dims *output_dims,
    int8_t *output, int32_t is_int4)
{
    const int32_t depth = filter_dims->c;
    mcuq_filter_view view = {
        {0, 0, 0}, {0, 0, 0}, input_dims, filter_dims, &p->dilation, depth, p->input_offset};
    const int32_t pixels = output_dims->h * output_dims->w;
    const int32_t taps = filter_dims->h * filter_dims->w;
    for (int32_t i = 0; i < pixels; i++, output += output_dims->c) {
        mcuq_filter_move(&view, i, output_dims->w, &p->stride, &p->padding);
        for (int32_t n = 0; n < filter_dims->n; n++) {
            const mcuq_rest_channel *c = channels + n;
            const int32_t sum = mcuq_filter_window(
                &view, input + c->input, filter, n * taps * depth, depth, 1, is_int4);
            output[c->output] = mcuq_filter_output(
                sum + c->bias, c->multiplier, c->shift, p->output_offset, &p->activation);
        }
    }
}

/* Depthwise convolution of any shape and multiplier. */
static inline arm_cmsis_nn_status mcuq_filter_depthwise(const cmsis_nn_dw_conv_params *params,
    const cmsis_nn_per_channel_quant_params *quant, const cmsis_nn_dims *input_dims,
    const int8_t *input, const cmsis_nn_dims *filter_dims, const int8_t *filter,
    const int32_t *bias, const cmsis_nn_dims *output_dims, int8_t *output, int32_t is_int4)
{
    const int32_t channels = output_dims->c;
    if (params->ch_mult < 1 || channels != input_dims->c * params->ch_mult) {
        return ARM_CMSIS_NN_ARG_ERROR;
    }
    mcuq_filter_view view = {{0, 0, 0}, {0, 0, 0}, input_dims, filter_dims, &params->dilation, channels,
        params->input_offset};
    const int32_t pixels = output_dims->h * output_dims->w;
    for (int32_t i = 0; i < input_dims->n * pixels; i++) {
        const int8_t *image = input + i / pixels * input_dims->h * input_dims->w * input_dims->c;
        mcuq_filter_move(&view, i % pixels, output_dims->w, &params->stride, &params->padding);
        for (int32_t c = 0; c < channels; c++) {
            const int32_t sum =
                mcuq_filter_window(&view, image + c / params->ch_mult, filter, c, 1, 0, is_int4);
            *output++ = mcuq_filter_output(sum + (bias ? bias[c] : 0), quant->multiplier[c],
                quant->shift[c], params->output_offset, &params->activation);
        }
    }
    return ARM_CMSIS_NN_SUCCESS;
}

/* Dense rows; `step`: 1 for a multiplier and shift a row of the filter, 0 for one of each. */
static inline arm_cmsis_nn_status mcuq_filter_dense(const cmsis_nn_fc_params *params,
    const int32_t *multipliers, const int32_t *shifts, int32_t step, const int8_t *input,
    const cmsis_nn_dims *filter_dims, const int8_t *filter, const int32_t *bias,
    const cmsis_nn_dims *output_dims, int8_t *output, int32_t is_int4)
{
    const int32_t depth = filter_dims->n;
    if (depth < 0 || output_dims->c != filter_dims->c) {
        return ARM_CMSIS_NN_ARG_ERROR;
    }
    for (int32_t row = 0; row < output_dims->n; row++, input += depth) {
        for (int32_t c = 0; c < output_dims->c; c++) {
            int32_t sum = mcuq_filter_dot(
                input, params->input_offset, filter, c * depth, depth, is_int4);
            for (int32_t k = 0; params->filter_offset != 0 && k < depth; k++) {
                sum += (input[k] + params->input_offset) * params->filter_offset;
            }
            *output++ = mcuq_filter_output(sum + (bias ? bias[c] : 0), multipliers[c * step],
                shifts[c * step], params->output_offset, &params->activation);
        }
    }
    return ARM_CMSIS_NN_SUCCESS;
}

#endif
