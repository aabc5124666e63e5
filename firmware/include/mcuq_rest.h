/* Single output channels of a weighted operator by the definition's arithmetic.
 *
 * The kernels with re-ordered weights hold each channel's sums in a range that a few channels of
 * odd weights or scales can leave. Those kernels then compute all other channels, and after them
 * one of these fills in the rest.
 */
#ifndef MCUQ_REST_H
#define MCUQ_REST_H

#include "mcuq_nn_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One output channel; input: the first input channel that it reads (depthwise: its own). */
typedef struct {
    int32_t input;
    int32_t output;
    int32_t bias;
    int32_t multiplier;
    int32_t shift;
} mcuq_rest_channel;

/* Writes filter_dims->n channels of every output pixel and no other byte. filter: one filter after
 * the other, each filter_dims->h × w taps of filter_dims->c input channels (depthwise: 1). A
 * FULLY_CONNECTED over rows is a 1×1 convolution of an image of one column. input and output must
 * lie apart. */
void mcuq_rest_s8(const cmsis_nn_conv_params *p, const mcuq_rest_channel *channels,
    const cmsis_nn_dims *input_dims, const int8_t *input, const cmsis_nn_dims *filter_dims,
    const int8_t *filter, const cmsis_nn_dims *output_dims, int8_t *output);
/* The same for int4 weights, two a byte, low nibble first. */
void mcuq_rest_s4(const cmsis_nn_conv_params *p, const mcuq_rest_channel *channels,
    const cmsis_nn_dims *input_dims, const int8_t *input, const cmsis_nn_dims *filter_dims,
    const int8_t *filter, const cmsis_nn_dims *output_dims, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
