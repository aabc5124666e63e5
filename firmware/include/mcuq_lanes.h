/* Convolution, pointwise and dense kernels for cores with vectors of sixteen bytes.
 *
 * Weights are rows of single bytes, one row an output channel, rows for channels rounded up to 4,
 * D = the depth rounded up to 4:
 *   int8: D bytes;
 *   int4: D / 2 bytes, byte i holding inputs i (low nibble) and D / 2 + i;
 *   int2: D / 4 bytes, byte i holding inputs i (lowest bits), D / 4 + i, 2 D / 4 + i, 3 D / 4 + i,
 *         all in two's complement.
 * So one vector of weights becomes vectors of int8 by a shift to the left and a mask, each weight
 * times 16 (64), and meets as many inputs in a row of each. The sums, exact modulo 2^32, are shifted
 * back; the packer refuses weights whose sums could leave int32.
 * Ternary: the fields of int2 in the same order, stored as in mcuq_sub_byte.h.
 *
 * The same C compiles for any core, and is slow without the vector extension.
 */
#ifndef MCUQ_LANES_H
#define MCUQ_LANES_H

#include <stdint.h>

#include "mcuq_kernels.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Requantization of four output channels as of mcuq_channel, but
 * bias_shift: bias × 64, and in the lowest five bits the shift to the left in two's complement;
 * multiplier: itself. */
typedef struct {
    int32_t bias_shift[4];
    int32_t multiplier[4];
} mcuq_lane_group;

/* Parameters are those of mcuq_conv_s8 and its kin, directions and overlaps as well.
 * scratch, word aligned: conv and pointwise 2 × D bytes; dense D bytes where the depth is no multiple
 * of 4, else none; ternary forms need in front of it 4 × D bytes for every sixteen output channels,
 * these rounded up to 4. */
void mcuq_conv_lanes_s8(const mcuq_conv *p, const int32_t *weights,
    const mcuq_lane_group *channels, const int8_t *input, int8_t *output, int32_t *scratch);
void mcuq_conv_lanes_s4(const mcuq_conv *p, const int32_t *weights,
    const mcuq_lane_group *channels, const int8_t *input, int8_t *output, int32_t *scratch);
void mcuq_conv_lanes_s2(const mcuq_conv *p, const int32_t *weights,
    const mcuq_lane_group *channels, const int8_t *input, int8_t *output, int32_t *scratch);
void mcuq_conv_lanes_ternary(const mcuq_conv *p, const int32_t *weights,
    const mcuq_lane_group *channels, const int8_t *input, int8_t *output, int32_t *scratch);
void mcuq_pointwise_lanes_s8(const mcuq_pointwise *p, const int32_t *weights,
    const mcuq_lane_group *channels, const int8_t *input, int8_t *output, int32_t *scratch);
void mcuq_pointwise_lanes_s4(const mcuq_pointwise *p, const int32_t *weights,
    const mcuq_lane_group *channels, const int8_t *input, int8_t *output, int32_t *scratch);
void mcuq_pointwise_lanes_s2(const mcuq_pointwise *p, const int32_t *weights,
    const mcuq_lane_group *channels, const int8_t *input, int8_t *output, int32_t *scratch);
void mcuq_pointwise_lanes_ternary(const mcuq_pointwise *p, const int32_t *weights,
    const mcuq_lane_group *channels, const int8_t *input, int8_t *output, int32_t *scratch);
void mcuq_dense_lanes_s8(const mcuq_dense *p, const int32_t *weights,
    const mcuq_lane_group *channels, const int8_t *input, int8_t *output, int32_t *scratch);
void mcuq_dense_lanes_s4(const mcuq_dense *p, const int32_t *weights,
    const mcuq_lane_group *channels, const int8_t *input, int8_t *output, int32_t *scratch);
void mcuq_dense_lanes_s2(const mcuq_dense *p, const int32_t *weights,
    const mcuq_lane_group *channels, const int8_t *input, int8_t *output, int32_t *scratch);

/* DEPTHWISE_CONV_2D of up to 15 taps. Weights: for sixteen channels (at last fewer, rounded up to 4)
 * their bytes of each tap; of all these bytes, narrower ones hold two or four, as rows above do.
 * channels: four groups for sixteen channels, of channels 0, 4, 8, 12, of 2, 6, 10, 14, of 1, 5, 9, 13
 * and of 3, 7, 11, 15. scratch: as mcuq_depthwise_s8 and its kin. */
void mcuq_depthwise_lanes_s8(const mcuq_depthwise *p, const int32_t *weights,
    const mcuq_lane_group *channels, const int8_t *input, int8_t *output, int32_t *scratch);
void mcuq_depthwise_lanes_s4(const mcuq_depthwise *p, const int32_t *weights,
    const mcuq_lane_group *channels, const int8_t *input, int8_t *output, int32_t *scratch);
void mcuq_depthwise_lanes_s2(const mcuq_depthwise *p, const int32_t *weights,
    const mcuq_lane_group *channels, const int8_t *input, int8_t *output, int32_t *scratch);
void mcuq_depthwise_lanes_ternary(const mcuq_depthwise *p, const int32_t *weights,
    const mcuq_lane_group *channels, const int8_t *input, int8_t *output, int32_t *scratch);

/* Inner parts. Two columns of D = `depth` bytes, one behind the other, times all output channels:
 * two pixels; second may equal first. zero_point: of the outputs. */
typedef void mcuq_lane_pixels(const int8_t *columns, int32_t depth, const int8_t *weights,
    const mcuq_lane_group *channels, int32_t zero_point, int32_t outputs,
    int8_t *first, int8_t *second);
void mcuq_lane_pixels_s8(const int8_t *columns, int32_t depth, const int8_t *weights,
    const mcuq_lane_group *channels, int32_t zero_point, int32_t outputs,
    int8_t *first, int8_t *second);
void mcuq_lane_pixels_s4(const int8_t *columns, int32_t depth, const int8_t *weights,
    const mcuq_lane_group *channels, int32_t zero_point, int32_t outputs,
    int8_t *first, int8_t *second);
void mcuq_lane_pixels_s2(const int8_t *columns, int32_t depth, const int8_t *weights,
    const mcuq_lane_group *channels, int32_t zero_point, int32_t outputs,
    int8_t *first, int8_t *second);

/* The same for one column. */
typedef void mcuq_lane_row(const int8_t *column, int32_t depth, const int8_t *weights,
    const mcuq_lane_group *channels, int32_t zero_point, int32_t outputs, int8_t *output);
void mcuq_lane_row_s8(const int8_t *column, int32_t depth, const int8_t *weights,
    const mcuq_lane_group *channels, int32_t zero_point, int32_t outputs, int8_t *output);
void mcuq_lane_row_s4(const int8_t *column, int32_t depth, const int8_t *weights,
    const mcuq_lane_group *channels, int32_t zero_point, int32_t outputs, int8_t *output);
void mcuq_lane_row_s2(const int8_t *column, int32_t depth, const int8_t *weights,
    const mcuq_lane_group *channels, int32_t zero_point, int32_t outputs, int8_t *output);

/* One column in C; bits: of the weights, 8, 4 or 2. */
void mcuq_lane_groups(const int8_t *column, int32_t depth, const int8_t *weights,
    const mcuq_lane_group *channels, int32_t zero_point, int32_t outputs, int8_t *output,
    int32_t bits);

/* Copies `rows` runs of `bytes` > 0, `to_pitch` and `from_pitch` apart. */
void mcuq_lane_copy(int8_t *to, int32_t to_pitch, const int8_t *from, int32_t from_pitch,
    int32_t bytes, int32_t rows);

/* Writes `bytes` > 0 times `value`. */
void mcuq_lane_fill(int8_t *to, int32_t value, int32_t bytes);

/* Weights of depthwise layers to int8, `bytes` > 0 packed ones. */
void mcuq_lane_unpack_s4(const int8_t *packed, int32_t bytes, int8_t *weights);
void mcuq_lane_unpack_s2(const int8_t *packed, int32_t bytes, int8_t *weights);

/* The drivers. */
void mcuq_lane_windows(const mcuq_conv *p, const int32_t *weights,
    const mcuq_lane_group *channels, const int8_t *input, int8_t *output, int32_t *scratch,
    mcuq_lane_pixels *pixels);
void mcuq_lane_points(const mcuq_pointwise *p, const int32_t *weights,
    const mcuq_lane_group *channels, const int8_t *input, int8_t *output, int32_t *scratch,
    mcuq_lane_pixels *pixels);
void mcuq_lane_dense(const mcuq_dense *p, const int32_t *weights,
    const mcuq_lane_group *channels, const int8_t *input, int8_t *output, int32_t *scratch,
    mcuq_lane_row *row);

#ifdef __cplusplus
}
#endif

#endif
