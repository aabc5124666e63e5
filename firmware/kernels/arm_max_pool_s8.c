/* Maximum pooling. */
#include "mcuq_pool.h"

arm_cmsis_nn_status arm_max_pool_s8(const cmsis_nn_context *ctx,
    const cmsis_nn_pool_params *pool_params, const cmsis_nn_dims *input_dims,
    const int8_t *input_data, const cmsis_nn_dims *filter_dims, const cmsis_nn_dims *output_dims,
    int8_t *output_data)
{
    (void)ctx;
    return mcuq_pool_values(pool_params, input_dims, input_data, filter_dims, output_dims,
        output_data, 0, mcuq_pool_maximum);
}
