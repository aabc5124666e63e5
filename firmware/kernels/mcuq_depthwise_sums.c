/* Sums of up to four channels of one pixel of a depthwise convolution, any number of taps. */
#include "mcuq_depthwise.h"
#include "mcuq_instructions.h"

#if defined(__ARM_FEATURE_DSP)

/* The inputs begin `skip` bytes behind the first that is loaded. */
static void sum_four(const int8_t *const *taps, int32_t count, int32_t offset,
    const int32_t *weights, int32_t skip, int32_t sums[4])
{
    int32_t a = 0;
    int32_t b = 0;
    int32_t c = 0;
    int32_t d = 0;
    for (int32_t tap = 0; tap < count; tap++) {
        const uint32_t x = mcuq_load_word(taps[tap] + offset - skip) >> 8 * skip;
        const uint32_t w = (uint32_t)weights[tap];
        a = mcuq_multiply_low(mcuq_even_bytes(x), mcuq_even_bytes(w), a);
        c = mcuq_multiply_high(mcuq_even_bytes(x), mcuq_even_bytes(w), c);
        b = mcuq_multiply_low(mcuq_odd_bytes(x), mcuq_odd_bytes(w), b);
        d = mcuq_multiply_high(mcuq_odd_bytes(x), mcuq_odd_bytes(w), d);
    }
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
}

#else

static void sum_four(const int8_t *const *taps, int32_t count, int32_t offset,
    const int32_t *weights, int32_t skip, int32_t sums[4])
{
    (void)skip;
    int32_t a = 0;
    int32_t b = 0;
    int32_t c = 0;
    int32_t d = 0;
    for (int32_t tap = 0; tap < count; tap++) {
        const int8_t *x = taps[tap] + offset;
        const int32_t w = weights[tap];
        a += x[0] * (int8_t)(w & 0xFF);
        b += x[1] * (int8_t)(w >> 8 & 0xFF);
        c += x[2] * (int8_t)(w >> 16 & 0xFF);
        d += x[3] * (w >> 24);
    }
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
}

#endif

static int32_t sum_one(const int8_t *const *taps, int32_t count, int32_t offset,
    const int32_t *weights, int32_t channel)
{
    int32_t sum = 0;
    for (int32_t tap = 0; tap < count; tap++) {
        const int8_t weight = (int8_t)((uint32_t)weights[tap] >> 8 * channel & 0xFF);
        sum += taps[tap][offset + channel] * weight;
    }
    return sum;
}

void mcuq_depthwise_sums(const int8_t *const *taps, int32_t count, int32_t offset,
    const int32_t *weights, int32_t width, int32_t before, int32_t sums[4])
{
#if defined(__ARM_FEATURE_DSP)
    /* A word of fewer than four channels would reach beyond the pixel: it begins ahead of them. */
    const int32_t by_words = width + before >= 4;
#else
    const int32_t by_words = width == 4;
    (void)before;
#endif
    if (by_words) {
        sum_four(taps, count, offset, weights, 4 - width, sums);
        return;
    }
    for (int32_t i = 0; i < width; i++) {
        sums[i] = sum_one(taps, count, offset, weights, i);
    }
}
