/* Single output channels with packed int4 weights: see mcuq_rest.h. */
#include "mcuq_filter.h"

void mcuq_rest_s4(const cmsis_nn_conv_params *p, const mcuq_rest_channel *channels,
    const cmsis_nn_dims *input_dims, const int8_t *input, const cmsis_nn_dims *filter_dims,
    const int8_t *filter, const cmsis_nn_dims *output_dims, int8_t *output)
{
    mcuq_filter_rest(p, channels, input_dims, input, filter_dims, filter, output_dims, output, 1);
}
