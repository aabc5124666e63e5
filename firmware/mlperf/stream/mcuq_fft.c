#include "mcuq_fft.h"

#include "mcuq_sound_tables.h"

#define QUARTER (MCUQ_TURN / 4u)
#define BITS 9u /* of MCUQ_FFT_COUNT */

float mcuq_cosine_of(uint32_t step)
{
    return step <= QUARTER ? mcuq_cosine[step] : -mcuq_cosine[2u * QUARTER - step];
}

float mcuq_sine_of(uint32_t step)
{
    return mcuq_cosine[step <= QUARTER ? QUARTER - step : step - QUARTER];
}

static uint32_t reversed(uint32_t index)
{
    uint32_t found = 0;
    for (uint32_t bit = 0; bit < BITS; bit++) {
        found = found << 1 | (index >> bit & 1u);
    }
    return found;
}

static void exchange(float *values, uint32_t one, uint32_t other)
{
    for (uint32_t part = 0; part < 2; part++) {
        const float kept = values[2u * one + part];
        values[2u * one + part] = values[2u * other + part];
        values[2u * other + part] = kept;
    }
}

/* Sum and difference of two values, the second one turned by -step. */
static void butterfly(float *one, float *other, float cosine, float sine)
{
    const float real = cosine * other[0] + sine * other[1];
    const float imaginary = cosine * other[1] - sine * other[0];
    other[0] = one[0] - real;
    other[1] = one[1] - imaginary;
    one[0] += real;
    one[1] += imaginary;
}

/* Radix two, decimation in time. */
void mcuq_fft(float *values)
{
    for (uint32_t i = 0; i < MCUQ_FFT_COUNT; i++) {
        const uint32_t other = reversed(i);
        if (i < other) {
            exchange(values, i, other);
        }
    }
    for (uint32_t half = 1; half < MCUQ_FFT_COUNT; half *= 2u) {
        for (uint32_t k = 0; k < half; k++) {
            const uint32_t step = k * (MCUQ_TURN / 2u / half);
            const float cosine = mcuq_cosine_of(step), sine = mcuq_sine_of(step);
            for (uint32_t i = k; i < MCUQ_FFT_COUNT; i += 2u * half) {
                butterfly(values + 2u * i, values + 2u * (i + half), cosine, sine);
            }
        }
    }
}
