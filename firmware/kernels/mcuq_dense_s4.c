/* Dense layer with int4 weights, which are stored with an offset of 8. */
#include "mcuq_weighted.h"

#if defined(__ARM_FEATURE_MVE)

#include <arm_mve.h>

static int32_t sum_of(const int8_t *input, int32_t count)
{
    int32_t sum = 0;
    for (; count >= 16; count -= 16, input += 16) {
        sum = vaddvaq_s8(sum, vldrbq_s8(input));
    }
    for (int32_t i = 0; i < count; i++) {
        sum += input[i];
    }
    return sum;
}

#else

static int32_t sum_of(const int8_t *input, int32_t count)
{
    int32_t sum = 0;
    for (int32_t i = 0; i < count; i++) {
        sum += input[i];
    }
    return sum;
}

#endif

void mcuq_dense_s4(const mcuq_dense *p, const int32_t *weights, const mcuq_channel *channels,
    const int8_t *input, int8_t *output)
{
    const int32_t correction = -8 * sum_of(input, p->depth);
    mcuq_dense_rows(p, weights, 2, channels, input, output, mcuq_dot_4x1_s4, correction);
}
