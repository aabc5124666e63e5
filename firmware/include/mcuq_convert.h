/* Between float32 and integers, at the edges of a model with float inputs and outputs.
 *
 * Only IEEE single-precision division, multiplication, comparison and conversion are used, each
 * rounded once: a core without a floating-point unit gives the same bytes as one with.
 */
#ifndef MCUQ_CONVERT_H
#define MCUQ_CONVERT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* real = scale × (stored - zero_point), for `count` values. */
typedef struct {
    float scale;
    int32_t zero_point;
    int32_t count;
} mcuq_affine;

/* QUANTIZE: round(x / scale) + zero_point, ties away from zero, saturated; NaN becomes the
 * smallest value. In place: yes, ascending: `output` may be the very address of `input`. */
void mcuq_quantize_f32_s8(const mcuq_affine *p, const float *input, int8_t *output);
void mcuq_quantize_f32_s16(const mcuq_affine *p, const float *input, int16_t *output);

/* DEQUANTIZE. In place: no. */
void mcuq_dequantize_s8_f32(const mcuq_affine *p, const int8_t *input, float *output);
void mcuq_dequantize_s16_f32(const mcuq_affine *p, const int16_t *input, float *output);

/* From one integer type to another: requantize(x + input_offset) + output_offset, saturated.
 * In place: to the narrower type yes, ascending. */
typedef struct {
    int32_t input_offset;
    int32_t multiplier;
    int32_t shift;
    int32_t output_offset;
    int32_t count;
} mcuq_requantization;

void mcuq_requantize_s8_s16(const mcuq_requantization *p, const int8_t *input, int16_t *output);
void mcuq_requantize_s16_s8(const mcuq_requantization *p, const int16_t *input, int8_t *output);

/* CAST to int32 of what the values stand for, without what is behind the point; of integers and of
 * truth values (1 or 0, a byte each) as QUANTIZE; of truth values as they are. In place: no. */
void mcuq_cast_s8_s32(const mcuq_affine *p, const int8_t *input, int32_t *output);
void mcuq_cast_s16_s32(const mcuq_affine *p, const int16_t *input, int32_t *output);
void mcuq_cast_s32_s8(const mcuq_affine *p, const int32_t *input, int8_t *output);
void mcuq_cast_s32_s16(const mcuq_affine *p, const int32_t *input, int16_t *output);
void mcuq_cast_bool_s8(const mcuq_affine *p, const int8_t *input, int8_t *output);
void mcuq_cast_bool_s16(const mcuq_affine *p, const int8_t *input, int16_t *output);
void mcuq_cast_bool_s32(const int8_t *input, int32_t *output, int32_t count);

/* round(x), ties away from zero, saturated to ±2^20; NaN gives -2^20. */
static inline int32_t mcuq_round_f32(float x)
{
    const float limit = 1048576.0f;
    /* A NaN fails both comparisons. */
    const float bounded = x > -limit ? (x < limit ? x : limit) : -limit;
    const int32_t whole = (int32_t)bounded;
    /* Exact: both are multiples of the same power of two below 2^24. */
    const float rest = bounded - (float)whole;
    return whole + (rest >= 0.5f) - (rest <= -0.5f);
}

#ifdef __cplusplus
}
#endif

#endif
