/* The numeric contract in C: requantization and clamping shared by all kernels.
 *
 * A real factor is multiplier × 2^(shift - 31), multiplier in [2^30, 2^31), positive shift to the
 * left. Results equal TFLite Micro's MultiplyByQuantizedMultiplier with double rounding.
 */
#ifndef MCUQ_ARITH_H
#define MCUQ_ARITH_H

#include <stdint.h>

#if defined(__ARM_FEATURE_DSP)
#include <arm_acle.h>
#endif

/* x × 2^bits modulo 2^32: the left shift of a signed value is undefined in C, this is not. */
static inline int32_t mcuq_shift_left(int32_t x, uint32_t bits)
{
    return (int32_t)((uint32_t)x << bits);
}

/* a × b / 2^31 rounded to nearest, ties upwards (gemmlowp's nudge amounts to that). */
static inline int32_t mcuq_doubling_high_multiply(int32_t a, int32_t b)
{
    return (int32_t)(((int64_t)a * b + (INT64_C(1) << 30)) >> 31);
}

/* x / 2^exponent rounded to nearest, ties away from zero; exponent 0 to 31. */
static inline int32_t mcuq_rounding_right_shift(int32_t x, int32_t exponent)
{
    const int32_t mask = (int32_t)((UINT32_C(1) << exponent) - 1u);
    const int32_t remainder = x & mask;
    const int32_t threshold = (mask >> 1) + (x < 0);
    return (x >> exponent) + (remainder > threshold);
}

static inline int32_t mcuq_requantize(int32_t x, int32_t multiplier, int32_t shift)
{
    const int32_t left = shift > 0 ? shift : 0;
    const int32_t right = shift > 0 ? 0 : -shift;
    const int32_t scaled = mcuq_shift_left(x, (uint32_t)left);
    return mcuq_rounding_right_shift(mcuq_doubling_high_multiply(scaled, multiplier), right);
}

/* Twice the output zero point plus one half, which rounds: ((x >> (shift - 1)) + centre) >> 1. */
static inline int32_t mcuq_output_centre(int32_t zero_point)
{
    return 2 * zero_point + 1;
}

static inline int32_t mcuq_clamp(int32_t x, int32_t low, int32_t high)
{
    return x < low ? low : x > high ? high : x;
}

/* Value `index` of a packed int4 tensor: low nibble first, sign extended. */
static inline int32_t mcuq_int4_at(const int8_t *packed, int32_t index)
{
    const int32_t byte = packed[index >> 1];
    return (index & 1) ? byte >> 4 : (int32_t)((uint32_t)byte << 28) >> 28;
}

#endif
