/* Pooling, the body that int8 and int16 tensors share. */
#ifndef MCUQ_POOL_H
#define MCUQ_POOL_H

#include "mcuq_values.h"

/* The part of a window inside the input: rows top to bottom, columns left to right, ends
 * excluded. `row` and `pixel`: from one to the next. */
typedef struct {
    int32_t top;
    int32_t left;
    int32_t bottom;
    int32_t right;
    int32_t row;
    int32_t pixel;
} mcuq_pool_window;

/* One channel of a window; start: of the channel in the image. */
typedef int32_t mcuq_pool(
    const mcuq_pool_window *window, const void *input, int32_t start, int32_t int16);

/* The mean, rounded half away from zero. */
static inline int32_t mcuq_pool_average(
    const mcuq_pool_window *window, const void *input, int32_t start, int32_t int16)
{
    int32_t sum = 0;
    for (int32_t y = window->top; y < window->bottom; y++) {
        int32_t index = start + y * window->row + window->left * window->pixel;
        for (int32_t x = window->left; x < window->right; x++, index += window->pixel) {
            sum += mcuq_value(input, index, int16);
        }
    }
    const int32_t count = (window->bottom - window->top) * (window->right - window->left);
    return (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
}

static inline int32_t mcuq_pool_maximum(
    const mcuq_pool_window *window, const void *input, int32_t start, int32_t int16)
{
    int32_t best = INT16_MIN;
    for (int32_t y = window->top; y < window->bottom; y++) {
        int32_t index = start + y * window->row + window->left * window->pixel;
        for (int32_t x = window->left; x < window->right; x++, index += window->pixel) {
            const int32_t value = mcuq_value(input, index, int16);
            best = value > best ? value : best;
        }
    }
    return best;
}

static inline arm_cmsis_nn_status mcuq_pool_values(const cmsis_nn_pool_params *params,
    const cmsis_nn_dims *input_dims, const void *input, const cmsis_nn_dims *filter_dims,
    const cmsis_nn_dims *output_dims, void *output, int32_t int16, mcuq_pool *pool)
{
    const int32_t channels = input_dims->c;
    const int32_t row = input_dims->w * channels;
    if (output_dims->c != channels) {
        return ARM_CMSIS_NN_ARG_ERROR;
    }
    const int32_t pixels = output_dims->h * output_dims->w;
    int32_t done = 0;
    for (int32_t i = 0; i < input_dims->n * pixels; i++) {
        const int32_t image = i / pixels * input_dims->h * row;
        const int32_t y = i % pixels / output_dims->w * params->stride.h - params->padding.h;
        const int32_t x = i % output_dims->w * params->stride.w - params->padding.w;
        const mcuq_pool_window window = {y < 0 ? 0 : y, x < 0 ? 0 : x,
            y + filter_dims->h < input_dims->h ? y + filter_dims->h : input_dims->h,
            x + filter_dims->w < input_dims->w ? x + filter_dims->w : input_dims->w, row, channels};
        for (int32_t c = 0; c < channels; c++) {
            const int32_t value = pool(&window, input, image + c, int16);
            mcuq_set_value(output, done++, int16,
                mcuq_clamp(value, params->activation.min, params->activation.max));
        }
    }
    return ARM_CMSIS_NN_SUCCESS;
}

#endif
