/* The discrete Fourier transform of half a block of sound. */
#ifndef MCUQ_FFT_H
#define MCUQ_FFT_H

#include <stdint.h>

#define MCUQ_TURN 1024u       /* steps of a whole turn */
#define MCUQ_FFT_COUNT 512u   /* complex values */

/* values[2 i] and values[2 i + 1] are real and imaginary part of value i; replaced by
 * sum over i of value i * exp(-2 pi j i k / 512). */
void mcuq_fft(float *values);

/* Of an angle of up to half a turn, in steps. */
float mcuq_cosine_of(uint32_t step);
float mcuq_sine_of(uint32_t step);

#endif
