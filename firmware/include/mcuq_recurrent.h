/* Operators that keep a state of their own from run to run.
 *
 * `next` is what the next run reads as `state`: it may be the very address of `state`, or lie apart
 * from it. Neither may overlap the output, nor the output an input.
 */
#ifndef MCUQ_RECURRENT_H
#define MCUQ_RECURRENT_H

#include <stdint.h>

#include "mcuq_int16.h"

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
/* Feature weights re-ordered as those of a dense layer are (mcuq_columns.h), zeros for filters up to
 * a multiple of four; `feature_bias` holds input_offset × Σ weights of each of these. */
void mcuq_svdf_packed_s8(const mcuq_svdf *p, const int8_t *input, const int32_t *feature_weights,
    const int32_t *feature_bias, const int8_t *time_weights, const int32_t *bias,
    const int8_t *state, int8_t *output, int8_t *next);
void mcuq_svdf_packed_state_s16(const mcuq_svdf *p, const int8_t *input,
    const int32_t *feature_weights, const int32_t *feature_bias, const int16_t *time_weights,
    const int32_t *bias, const int16_t *state, int8_t *output, int16_t *next);

/* UNIDIRECTIONAL_SEQUENCE_LSTM of one row a step. Weights, biases and factors are of the gates i, f,
 * o and of g, one behind the other. W x + bias and R h + recurrent bias are rescaled to int16 in
 * steps of 2^-12 and added; then
 *     c' = f c + i tanh(g), at most `clip` (32768: unclipped)    h' = o tanh(c') + output_offset
 * `gates` has count 3 × units, `fresh` and `squash` units. Zero points of x and h are in the biases.
 * `scratch` holds 4 × units values. */
typedef struct {
    int32_t steps;
    int32_t inputs;
    int32_t units;
    int32_t output_offset;
    int32_t multipliers[4];
    int32_t shifts[4];
    int32_t recurrent_multipliers[4];
    int32_t recurrent_shifts[4];
    int32_t forget_multiplier;
    int32_t forget_shift;
    int32_t fresh_multiplier;
    int32_t fresh_shift;
    int32_t output_multiplier;
    int32_t output_shift;
    int32_t clip;
    mcuq_sigmoid gates;
    mcuq_sigmoid fresh;
    mcuq_sigmoid squash;
} mcuq_lstm;

void mcuq_lstm_s8(const mcuq_lstm *p, const int8_t *input, const int8_t *weights,
    const int32_t *bias, const int8_t *recurrent, const int32_t *recurrent_bias,
    const int8_t *hidden, const int16_t *cell, int8_t *output, int8_t *next_hidden,
    int16_t *next_cell, int16_t *scratch);
/* Weights re-ordered as those of a dense layer are (mcuq_columns.h), each matrix for itself. */
void mcuq_lstm_packed_s8(const mcuq_lstm *p, const int8_t *input, const int32_t *weights,
    const int32_t *bias, const int32_t *recurrent, const int32_t *recurrent_bias,
    const int8_t *hidden, const int16_t *cell, int8_t *output, int8_t *next_hidden,
    int16_t *next_cell, int16_t *scratch);
/* int16 values: zero points are 0, and recurrent biases, too. */
void mcuq_lstm_s16(const mcuq_lstm *p, const int16_t *input, const int8_t *weights,
    const int64_t *bias, const int8_t *recurrent, const int64_t *recurrent_bias,
    const int16_t *hidden, const int16_t *cell, int16_t *output, int16_t *next_hidden,
    int16_t *next_cell, int16_t *scratch);

/* Inner part: sums of four rows of re-ordered weights over `count` inputs, with a bias each; returns
 * the next rows. */
const int32_t *mcuq_packed_sums_s8(const int8_t *x, const int32_t *weights, int32_t count,
    const int32_t *bias, int32_t *sums);
/* Inner part: from the gates' sums in `scratch`, the next cell; tanh of it is where i was. */
void mcuq_lstm_cell(const mcuq_lstm *p, const int16_t *cell, int16_t *next, int16_t *scratch);

#ifdef __cplusplus
}
#endif

#endif
