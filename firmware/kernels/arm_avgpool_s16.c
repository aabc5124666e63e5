/* Average pooling of int16. */
#include "mcuq_pool.h"
#include "mcuq_wide.h"

arm_cmsis_nn_status arm_avgpool_s16(const cmsis_nn_context *ctx,
    const cmsis_nn_pool_params *pool_params, const cmsis_nn_dims *input_dims,
    const int16_t *input_data, const cmsis_nn_dims *filter_dims, const cmsis_nn_dims *output_dims,
    int16_t *output_data)
{
    (void)ctx;
    return mcuq_pool_values(pool_params, input_dims, input_data, filter_dims, output_dims,
        output_data, 1, mcuq_pool_average);
}
