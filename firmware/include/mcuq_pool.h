/* Pooling, the body that int8 and int16 tensors share. */
#ifndef MCUQ_POOL_H
#define MCUQ_POOL_H

#include "mcuq_values.h"

/* The part of a window inside the input: `rows` × `columns` pixels, the first of them `start`
 * values into the image. `row` and `pixel`: values from one to the next. low and high: the
 * activation. */
typedef struct {
    int32_t start;
    int32_t rows;
    int32_t columns;
    int32_t row;
    int32_t pixel;
    int32_t low;
    int32_t high;
} mcuq_pool_window;

/* All channels of one window; output: of the first. Channels are read and written in turn, so that
 * a channel's output may lie over what is read for it or for those before it. */
typedef void mcuq_pool(
    const mcuq_pool_window *window, const void *image, int32_t channels, void *output);
void mcuq_pool_average_s8(
    const mcuq_pool_window *window, const void *image, int32_t channels, void *output);
void mcuq_pool_average_s16(
    const mcuq_pool_window *window, const void *image, int32_t channels, void *output);
void mcuq_pool_maximum_s8(
    const mcuq_pool_window *window, const void *image, int32_t channels, void *output);
void mcuq_pool_maximum_s16(
    const mcuq_pool_window *window, const void *image, int32_t channels, void *output);

/* The same for int8, of 2 to MCUQ_POOL_MOST pixels, whose sums fit 16 bits (maxima of any number), for
 * the first channels, as many as go several at a time: how many. */
#define MCUQ_POOL_MOST 255
int32_t mcuq_pool_average_many(
    const mcuq_pool_window *window, const int8_t *image, int32_t channels, int8_t *output);
int32_t mcuq_pool_maximum_many(
    const mcuq_pool_window *window, const int8_t *image, int32_t channels, int8_t *output);

/* Adds to `sums` those of four channels of int8 from `channel` on, of MCUQ_POOL_MOST pixels at most;
 * channel: a multiple of four below mcuq_pool_words. */
void mcuq_pool_sums(
    const mcuq_pool_window *window, const int8_t *image, int32_t channel, int32_t sums[4]);

/* How many channels mcuq_pool_sums can take: whole words, on cores that want it of aligned ones. */
static inline int32_t mcuq_pool_words(
    const mcuq_pool_window *window, const int8_t *image, int32_t channels)
{
#if !defined(__ARM_FEATURE_UNALIGNED)
    const uintptr_t first = (uintptr_t)(image + window->start);
    if (((first | (uintptr_t)window->row | (uintptr_t)window->pixel) & 3) != 0) {
        return 0;
    }
#endif
    (void)window;
    (void)image;
    return channels & ~3;
}

/* sum / count, rounded half away from zero; without a branch, so that no input takes other ways. */
static inline int32_t mcuq_pool_mean(int32_t sum, int32_t count)
{
    const int32_t sign = -(int32_t)(sum < 0);
    return ((((sum ^ sign) - sign + count / 2) / count) ^ sign) - sign;
}

/* The sum of one channel. */
static inline int32_t mcuq_pool_sum_one(
    const mcuq_pool_window *window, const void *image, int32_t channel, int32_t int16)
{
    int32_t sum = 0;
    for (int32_t y = 0; y < window->rows; y++) {
        int32_t index = window->start + y * window->row + channel;
        for (int32_t x = 0; x < window->columns; x++, index += window->pixel) {
            sum += mcuq_value(image, index, int16);
        }
    }
    return sum;
}

/* The mean of a channel from its sum. */
static inline int32_t mcuq_pool_average(const mcuq_pool_window *window, int32_t sum)
{
    const int32_t mean = mcuq_pool_mean(sum, window->rows * window->columns);
    return mcuq_clamp(mean, window->low, window->high);
}

/* The mean of one channel. */
static inline int32_t mcuq_pool_average_one(
    const mcuq_pool_window *window, const void *image, int32_t channel, int32_t int16)
{
    return mcuq_pool_average(window, mcuq_pool_sum_one(window, image, channel, int16));
}

static inline int32_t mcuq_pool_maximum_one(
    const mcuq_pool_window *window, const void *image, int32_t channel, int32_t int16)
{
    int32_t best = INT16_MIN;
    for (int32_t y = 0; y < window->rows; y++) {
        int32_t index = window->start + y * window->row + channel;
        for (int32_t x = 0; x < window->columns; x++, index += window->pixel) {
            const int32_t value = mcuq_value(image, index, int16);
            best = value > best ? value : best;
        }
    }
    return mcuq_clamp(best, window->low, window->high);
}

/* size: bytes of a value. */
static inline arm_cmsis_nn_status mcuq_pool_values(const cmsis_nn_pool_params *params,
    const cmsis_nn_dims *input_dims, const int8_t *input, const cmsis_nn_dims *filter_dims,
    const cmsis_nn_dims *output_dims, int8_t *output, int32_t size, mcuq_pool *pool)
{
    const int32_t channels = input_dims->c;
    const int32_t row = input_dims->w * channels;
    if (output_dims->c != channels) {
        return ARM_CMSIS_NN_ARG_ERROR;
    }
    mcuq_pool_window window = {
        0, 0, 0, row, channels, params->activation.min, params->activation.max};
    for (int32_t image = 0; image < input_dims->n; image++) {
        for (int32_t y = 0; y < output_dims->h; y++) {
            const int32_t from_y = y * params->stride.h - params->padding.h;
            const int32_t top = from_y < 0 ? 0 : from_y;
            const int32_t bottom = from_y + filter_dims->h;
            window.rows = (bottom < input_dims->h ? bottom : input_dims->h) - top;
            for (int32_t x = 0; x < output_dims->w; x++) {
                const int32_t from_x = x * params->stride.w - params->padding.w;
                const int32_t left = from_x < 0 ? 0 : from_x;
                const int32_t right = from_x + filter_dims->w;
                window.columns = (right < input_dims->w ? right : input_dims->w) - left;
                window.start = top * row + left * channels;
                pool(&window, input, channels, output);
                output += size * channels;
            }
        }
        input += size * input_dims->h * row;
    }
    return ARM_CMSIS_NN_SUCCESS;
}

#endif
