/* Maximum pooling of int16. */
#include "mcuq_arith.h"
#include "mcuq_wide.h"

/* The part of a window inside the input: rows top to bottom, columns left to right, ends
 * excluded. */
typedef struct {
    int32_t top;
    int32_t left;
    int32_t bottom;
    int32_t right;
} pool_window;

static int32_t maximum(
    const pool_window *window, const int16_t *input, int32_t width, int32_t channels)
{
    int32_t best = INT16_MIN;
    for (int32_t y = window->top; y < window->bottom; y++) {
        for (int32_t x = window->left; x < window->right; x++) {
            const int32_t value = input[(y * width + x) * channels];
            best = value > best ? value : best;
        }
    }
    return best;
}

arm_cmsis_nn_status arm_max_pool_s16(const cmsis_nn_context *ctx,
    const cmsis_nn_pool_params *pool_params, const cmsis_nn_dims *input_dims,
    const int16_t *input_data, const cmsis_nn_dims *filter_dims, const cmsis_nn_dims *output_dims,
    int16_t *output_data)
{
    (void)ctx;
    const int32_t channels = input_dims->c;
    if (output_dims->c != channels) {
        return ARM_CMSIS_NN_ARG_ERROR;
    }
    const int32_t pixels = output_dims->h * output_dims->w;
    for (int32_t i = 0; i < input_dims->n * pixels; i++) {
        const int16_t *image = input_data + i / pixels * input_dims->h * input_dims->w * channels;
        const int32_t y =
            i % pixels / output_dims->w * pool_params->stride.h - pool_params->padding.h;
        const int32_t x = i % output_dims->w * pool_params->stride.w - pool_params->padding.w;
        const pool_window window = {y < 0 ? 0 : y, x < 0 ? 0 : x,
            y + filter_dims->h < input_dims->h ? y + filter_dims->h : input_dims->h,
            x + filter_dims->w < input_dims->w ? x + filter_dims->w : input_dims->w};
        for (int32_t c = 0; c < channels; c++) {
            const int32_t value = maximum(&window, image + c, input_dims->w, channels);
            *output_data++ =
                (int16_t)mcuq_clamp(value, pool_params->activation.min, pool_params->activation.max);
        }
    }
    return ARM_CMSIS_NN_SUCCESS;
}
