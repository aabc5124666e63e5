/* Arithmetic of quotients in float32. */
#ifndef MCUQ_QUOTIENT_H
#define MCUQ_QUOTIENT_H

#include "mcuq_convert.h"
#include "mcuq_kernels.h"

/* Below this a float32 may have a fraction, and fits int32. */
#define MCUQ_WHOLE 8388608.0f

/* The largest whole number that is not above x. */
static inline float mcuq_floor_f32(float x)
{
    if (!(x > -MCUQ_WHOLE && x < MCUQ_WHOLE)) {
        return x;
    }
    const float whole = (float)(int32_t)x;
    return whole > x ? whole - 1.0f : whole;
}

/* What is left of x after whole y's, with the sign of y: exact, as every difference here is.
 * No number where y is 0. */
static inline float mcuq_floor_mod_f32(float x, float y)
{
    const float size = y < 0.0f ? -y : y;
    float rest = x < 0.0f ? -x : x;
    if (!(size > 0.0f)) {
        return 0.0f / size;
    }
    float part = size;
    while (part <= rest * 0.5f) {
        part *= 2.0f;
    }
    for (; part >= size; part *= 0.5f) {
        rest -= rest >= part ? part : 0.0f;
    }
    rest = x < 0.0f ? -rest : rest;
    return rest != 0.0f && (y < 0.0f) != (rest < 0.0f) ? rest + y : rest;
}

/* A real result as an integer of the output. What is no number takes the least: comparisons with
 * it are false. */
static inline int32_t mcuq_quotient_value(const mcuq_quotient *p, float value)
{
    const float low = (float)(p->activation_min - p->output_zero_point);
    const float high = (float)(p->activation_max - p->output_zero_point);
    float steps = value / p->output_scale;
    steps = steps > low ? steps : low;
    steps = steps < high ? steps : high;
    return mcuq_round_f32(steps) + p->output_zero_point;
}

#endif
