/* Softmax of float32 rows. */
#include "mcuq_dynamic.h"

/* Below, exp is taken as 0. */
#define LEAST (-87.0f)

/* The largest whole number up to x, x within ±2^20. */
static int32_t whole_below(float x)
{
    const int32_t truncated = (int32_t)x;
    return truncated - ((float)truncated > x);
}

/* e^x for x ≤ 0: x = n ln 2 + r, ln 2 in two parts, e^r by its Taylor series. */
static float power_of_e(float x)
{
    static const float series[8] = {1.0f / 5040, 1.0f / 720, 1.0f / 120, 1.0f / 24, 1.0f / 6,
        1.0f / 2, 1.0f, 1.0f};
    if (x < LEAST) {
        return 0.0f;
    }
    const int32_t n = whole_below(mcuq_product(x, 1.44269504f) + 0.5f);
    const float high = x - mcuq_product((float)n, 0.693359375f);
    const float rest = high - mcuq_product((float)n, -2.12194440e-4f);
    float total = series[0];
    for (int32_t i = 1; i < 8; i++) {
        total = mcuq_product(total, rest) + series[i];
    }
    /* 2^n exactly, n from -126 to 0. */
    const union {
        uint32_t bits;
        float value;
    } power = {(uint32_t)(n + 127) << 23};
    return mcuq_product(total, power.value);
}

void mcuq_softmax_f32(const mcuq_softmax_float *p, const float *input, float *output)
{
    for (int32_t row = 0; row < p->rows; row++, input += p->depth, output += p->depth) {
        float largest = input[0];
        for (int32_t i = 1; i < p->depth; i++) {
            largest = input[i] > largest ? input[i] : largest;
        }
        float sum = 0.0f;
        for (int32_t i = 0; i < p->depth; i++) {
            output[i] = power_of_e(mcuq_product(input[i] - largest, p->beta));
            sum += output[i];
        }
        for (int32_t i = 0; i < p->depth; i++) {
            output[i] /= sum;
        }
    }
}
