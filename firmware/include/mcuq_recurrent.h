/* Operators that keep a state of their own from run to run.
 *
 * `next` is what the next run reads as `state`: it may be the very address of `state`, or lie apart
 * from it. Neither may overlap the output, nor the output an input.
 */
#ifndef MCUQ_RECURRENT_H
#define MCUQ_RECURRENT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* SVDF of one row: `units` × `rank` filters, each of which keeps its last `memory` features, the
 * newest behind. A feature is Σ (input + input_offset) × feature weight, rescaled and clamped; an
 * output is its bias and Σ (feature - zero point) × time weight over its filters, rescaled. Sums
 * over time wrap where they leave int32. */
typedef struct {
    int32_t inputs;
    int32_t units;
    int32_t rank;
    int32_t memory;
    int32_t input_offset;
    int32_t state_zero_point;
    int32_t output_offset;
    int32_t feature_multiplier;
    int32_t feature_shift;
    int32_t multiplier;
    int32_t shift;
} mcuq_svdf;

void mcuq_svdf_s8(const mcuq_svdf *p, const int8_t *input, const int8_t *feature_weights,
    const int8_t *time_weights, const int32_t *bias, const int8_t *state, int8_t *output,
    int8_t *next);
/* Time weights and state of int16. */
void mcuq_svdf_state_s16(const mcuq_svdf *p, const int8_t *input, const int8_t *feature_weights,
    const int16_t *time_weights, const int32_t *bias, const int16_t *state, int8_t *output,
    int16_t *next);

#ifdef __cplusplus
}
#endif

#endif
