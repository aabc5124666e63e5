/* Dense layer with ternary weights, unpacked once a call. */
#include "mcuq_narrow.h"

void mcuq_dense_ternary(const mcuq_dense *p, const int32_t *weights, const mcuq_channel *channels,
    const int8_t *input, int8_t *output, int32_t *scratch)
{
    mcuq_unpack_ternary(weights, (p->outputs + 3) / 4 * ((p->depth + 3) / 4), scratch);
    mcuq_dense_s2(p, scratch, channels, input, output);
}
