/* Kernels whose activations are float32 and are quantized at run time (dynamic range).
 *
 * Each weighted layer brings its whole input to int8 by its own symmetric scale, max |x| / 127,
 * adds integer products, and returns to float32: float(sum) × (input scale × filter scale) +
 * bias. Every step is one single-precision operation, rounded once: cores with and without a
 * floating-point unit give the same bytes. Filters are int8, or int4 two a byte, low nibble
 * first, over the flattened tensor; biases may be NULL. Layouts are NHWC, batch 1.
 */
#ifndef MCUQ_DYNAMIC_H
#define MCUQ_DYNAMIC_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* CONV_2D (filter [outputs, height, width, depth], grouped where depth divides the channels) and
 * DEPTHWISE_CONV_2D (filter [height, width, outputs]; depth is then the depth multiplier).
 * scale_step: 1 for a scale an output channel, 0 for one.
 * scratch: input_height × input_width × input_channels bytes. */
typedef struct {
    int32_t input_height;
    int32_t input_width;
    int32_t input_channels;
    int32_t output_height;
    int32_t output_width;
    int32_t output_channels;
    int32_t kernel_height;
    int32_t kernel_width;
    int32_t depth;
    int32_t stride_y;
    int32_t stride_x;
    int32_t dilation_y;
    int32_t dilation_x;
    int32_t pad_top;
    int32_t pad_left;
    int32_t scale_step;
    int32_t is_int4;
    float low;
    float high;
    const float *scales;
    const float *bias;
} mcuq_dynamic_conv;

void mcuq_conv_dynamic(const mcuq_dynamic_conv *p, const int8_t *filter, const float *input,
    float *output, int8_t *scratch);
void mcuq_depthwise_dynamic(const mcuq_dynamic_conv *p, const int8_t *filter, const float *input,
    float *output, int8_t *scratch);

/* FULLY_CONNECTED over `rows` rows of `depth`. scratch: rows × depth bytes. */
typedef struct {
    int32_t rows;
    int32_t depth;
    int32_t outputs;
    int32_t scale_step;
    int32_t is_int4;
    float low;
    float high;
    const float *scales;
    const float *bias;
} mcuq_dynamic_dense;

void mcuq_dense_dynamic(const mcuq_dynamic_dense *p, const int8_t *filter, const float *input,
    float *output, int8_t *scratch);

/* Pooling: taps outside the input do not count. */
typedef struct {
    int32_t input_height;
    int32_t input_width;
    int32_t channels;
    int32_t output_height;
    int32_t output_width;
    int32_t kernel_height;
    int32_t kernel_width;
    int32_t stride_y;
    int32_t stride_x;
    int32_t pad_top;
    int32_t pad_left;
    float low;
    float high;
} mcuq_pool_float;

void mcuq_avgpool_f32(const mcuq_pool_float *p, const float *input, float *output);
void mcuq_max_pool_f32(const mcuq_pool_float *p, const float *input, float *output);

/* a + b of one shape. In place: yes. */
typedef struct {
    int32_t count;
    float low;
    float high;
} mcuq_add_float;

void mcuq_add_f32(const mcuq_add_float *p, const float *a, const float *b, float *output);

/* SOFTMAX over rows. In place: yes. */
typedef struct {
    int32_t rows;
    int32_t depth;
    float beta;
} mcuq_softmax_float;

void mcuq_softmax_f32(const mcuq_softmax_float *p, const float *input, float *output);

/* Inner parts. */

/* Brings `count` values to int8; returns the scale, 1 where all are zero. */
float mcuq_quantize_dynamic(const float *input, int32_t count, int8_t *output);

/* Σ x[i] × weight of elements index … index + count - 1 of a stored filter. */
int32_t mcuq_dot_stored(
    const int8_t *x, const int8_t *filter, int32_t is_int4, int32_t index, int32_t count);

/* a × b, rounded: the compiler may not join it with an addition. */
static inline float mcuq_product(float a, float b)
{
    volatile float product = a * b;
    return product;
}

static inline float mcuq_clamp_f32(float x, float low, float high)
{
    return x < low ? low : x > high ? high : x;
}

#ifdef __cplusplus
}
#endif

#endif
