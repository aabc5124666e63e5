#include "mcuq_sound.h"

#include <string.h>

#include "mcuq_fft.h"
#include "mcuq_sound_tables.h"

#define HALF (MCUQ_SOUND_BLOCK / 2u)
#define FULL_SCALE 32768.0f
/* A sample loses so much of the one ahead of it: high tones are raised. */
#define EMPHASIS 0.96875f
#define LEAST_POWER 1e-30f
#define DECIBELS_OF_TWO 3.0102999566f /* 10 log10(2) */
/* Decibels from -52 to 12 are 0 to 1. */
#define OFFSET 52.0f
#define RANGE 64.0f

static float work[MCUQ_SOUND_BLOCK];

static void fill(int16_t before, const int16_t *older, const int16_t *newer)
{
    int32_t last = before;
    for (uint32_t i = 0; i < MCUQ_SOUND_BLOCK; i++) {
        const int32_t sample = i < HALF ? older[i] : newer[i - HALF];
        const uint32_t at = i < HALF ? i : MCUQ_SOUND_BLOCK - 1u - i;
        const float raised = (float)sample - EMPHASIS * (float)last;
        work[i] = raised / FULL_SCALE * mcuq_sound_window[at];
        last = sample;
    }
}

/* Of one frequency. What was transformed are the even samples as real and the odd ones as imaginary
 * parts: the halves of the sum of both with values `bin` and HALF - `bin`. */
static float power(uint32_t bin)
{
    const float *const here = work + 2u * bin, *const there = work + 2u * (HALF - bin);
    const float even_real = here[0] + there[0], even_imaginary = here[1] - there[1];
    const float odd_real = here[1] + there[1], odd_imaginary = there[0] - here[0];
    const float cosine = mcuq_cosine_of(bin), sine = mcuq_sine_of(bin);
    const float real = even_real + cosine * odd_real + sine * odd_imaginary;
    const float imaginary = even_imaginary + cosine * odd_imaginary - sine * odd_real;
    return (real * real + imaginary * imaginary) / (4.0f * MCUQ_SOUND_BLOCK);
}

static void add_bands(float *bands)
{
    for (uint32_t band = 0; band < MCUQ_SOUND_BANDS; band++) {
        bands[band] = 0.0f;
    }
    for (uint32_t edge = 0; edge <= MCUQ_SOUND_BANDS; edge++) {
        for (uint32_t bin = mcuq_band_bins[edge]; bin < mcuq_band_bins[edge + 1u]; bin++) {
            const float found = power(bin), rising = found * mcuq_band_rise[bin];
            if (edge < MCUQ_SOUND_BANDS) {
                bands[edge] += rising;
            }
            if (edge > 0) {
                bands[edge - 1u] += found - rising;
            }
        }
    }
}

/* log2 of a normal positive number: its exponent, and 2 artanh((m - 1) / (m + 1)) / ln 2 of what is
 * left, from 0.71 to 1.41, as a series. */
static float binary_logarithm(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    int32_t exponent = (int32_t)(bits >> 23) - 127;
    bits = (bits & 0x007FFFFFu) | 0x3F800000u;
    float rest;
    memcpy(&rest, &bits, sizeof rest);
    if (rest > 1.41421356f) {
        rest *= 0.5f;
        exponent++;
    }
    const float share = (rest - 1.0f) / (rest + 1.0f), square = share * share;
    const float series =
        1.0f + square * (1.0f / 3.0f + square * (1.0f / 5.0f + square * (1.0f / 7.0f)));
    return (float)exponent + 2.88539008f * share * series;
}

static float told(float band)
{
    const float decibels =
        DECIBELS_OF_TWO * binary_logarithm(band > LEAST_POWER ? band : LEAST_POWER);
    const float value = (decibels + OFFSET) / RANGE;
    return value < 0.0f ? 0.0f : value > 1.0f ? 1.0f : value;
}

void mcuq_sound_features(int16_t before, const int16_t *older, const int16_t *newer,
                         float *features)
{
    fill(before, older, newer);
    mcuq_fft(work);
    add_bands(features);
    for (uint32_t band = 0; band < MCUQ_SOUND_BANDS; band++) {
        features[band] = told(features[band]);
    }
}
