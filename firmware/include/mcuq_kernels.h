/* mcuq's own kernels: operators that CMSIS-NN has no counterpart for.
 *
 * All tensors are int8. Every structure is whole words. No function uses the heap or
 * global state, and none reads or writes outside the tensors it is given. "In place" says whether
 * `output` may be the very address of an input.
 */
#ifndef MCUQ_KERNELS_H
#define MCUQ_KERNELS_H

#include <stdint.h>

#include "mcuq_convert.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MCUQ_MAX_RANK 6

/* int64 constants aligned to words: they need no padding in flash. */
typedef int64_t mcuq_int64 __attribute__((aligned(4)));

/* output[i] = table[input[i] + 128]: every unary operator (RELU, LOGISTIC, HARD_SWISH…), its
 * arithmetic done at build time. In place: yes. */
void mcuq_lut_s8(const int8_t *input, const int8_t *table, int8_t *output, int32_t count);

/* LOG_SOFTMAX of `rows` rows of `depth` values, 4095 at most. Q5.26 = a difference to a row's maximum
 * × multiplier × 2^(shift - 31); below diff_min the output is -128. `powers` holds 256 values of
 * e^(difference) in Q12.19, for differences 0, -1 … In place: yes. */
typedef struct {
    int32_t rows;
    int32_t depth;
    int32_t multiplier;
    int32_t shift;
    int32_t diff_min;
    const int32_t *powers;
} mcuq_log_softmax;

void mcuq_log_softmax_s8(const mcuq_log_softmax *p, const int8_t *input, int8_t *output);

/* Rescaling of one operand of an addition: (x + offset) × 2^left_shift, requantized. */
typedef struct {
    int32_t offset;
    int32_t multiplier;
    int32_t shift;
} mcuq_operand;

/* ADD, SUB and MUL of equal shapes or with broadcasting.
 *
 * The output is dense with extents dims[0..5], unused leading ones 1. Operand n's element for an
 * output index is at Σ index[d] × stride_n[d]; a stride of 0 broadcasts.
 * ADD and SUB: requantize(a' ± b') with a', b' the rescaled operands; SUB negates b'.
 * MUL: requantize((a + a.offset) × (b + b.offset)); left_shift and the operands' multipliers and
 * shifts are not used. */
typedef struct {
    mcuq_operand a;
    mcuq_operand b;
    int32_t left_shift;
    int32_t output_offset;
    int32_t output_multiplier;
    int32_t output_shift;
    int32_t activation_min;
    int32_t activation_max;
    int32_t dims[MCUQ_MAX_RANK];
    int32_t a_strides[MCUQ_MAX_RANK];
    int32_t b_strides[MCUQ_MAX_RANK];
} mcuq_binary;

/* In place: yes, over an operand that is not broadcast. */
void mcuq_add_s8(const mcuq_binary *p, const int8_t *a, const int8_t *b, int8_t *output);
void mcuq_sub_s8(const mcuq_binary *p, const int8_t *a, const int8_t *b, int8_t *output);
void mcuq_squared_difference_s8(
    const mcuq_binary *p, const int8_t *a, const int8_t *b, int8_t *output);
void mcuq_squared_difference_s16(
    const mcuq_binary *p, const int16_t *a, const int16_t *b, int16_t *output);
void mcuq_mul_s8(const mcuq_binary *p, const int8_t *a, const int8_t *b, int8_t *output);

/* MINIMUM and MAXIMUM of equal shapes or with broadcasting. Stored integers are compared: all three
 * tensors have one scale and zero point. Extents and strides as of mcuq_binary. */
typedef struct {
    int32_t dims[MCUQ_MAX_RANK];
    int32_t a_strides[MCUQ_MAX_RANK];
    int32_t b_strides[MCUQ_MAX_RANK];
} mcuq_extreme;

/* In place: yes, over an operand that is not broadcast. */
void mcuq_minimum_s8(const mcuq_extreme *p, const int8_t *a, const int8_t *b, int8_t *output);
void mcuq_maximum_s8(const mcuq_extreme *p, const int8_t *a, const int8_t *b, int8_t *output);

/* Comparisons of equal shapes or with broadcasting: truth values, 1 or 0, a byte each. Operands are
 * brought to steps of 2^-left_shift first. Extents and strides as of mcuq_binary.
 * LOGICAL_AND and LOGICAL_OR are mcuq_minimum_s8 and mcuq_maximum_s8. */
typedef struct {
    mcuq_operand a;
    mcuq_operand b;
    int32_t left_shift;
    int32_t dims[MCUQ_MAX_RANK];
    int32_t a_strides[MCUQ_MAX_RANK];
    int32_t b_strides[MCUQ_MAX_RANK];
} mcuq_comparison;

/* In place: yes, over an operand that is not broadcast. */
void mcuq_equal_s8(const mcuq_comparison *p, const int8_t *a, const int8_t *b, int8_t *output);
void mcuq_not_equal_s8(const mcuq_comparison *p, const int8_t *a, const int8_t *b, int8_t *output);
void mcuq_greater_s8(const mcuq_comparison *p, const int8_t *a, const int8_t *b, int8_t *output);
void mcuq_greater_equal_s8(
    const mcuq_comparison *p, const int8_t *a, const int8_t *b, int8_t *output);
void mcuq_less_s8(const mcuq_comparison *p, const int8_t *a, const int8_t *b, int8_t *output);
void mcuq_less_equal_s8(
    const mcuq_comparison *p, const int8_t *a, const int8_t *b, int8_t *output);

/* LOGICAL_NOT of truth values. In place: yes. */
void mcuq_logical_not_s8(const int8_t *input, int8_t *output, int32_t count);

/* SELECT_V2 with broadcasting: a where the truth value is not 0, else b; one scale and zero point.
 * Extents and strides as of mcuq_binary. In place: yes, over an operand that is not broadcast. */
typedef struct {
    int32_t dims[MCUQ_MAX_RANK];
    int32_t condition_strides[MCUQ_MAX_RANK];
    int32_t a_strides[MCUQ_MAX_RANK];
    int32_t b_strides[MCUQ_MAX_RANK];
} mcuq_select;

void mcuq_select_s8(const mcuq_select *p, const int8_t *condition, const int8_t *a,
    const int8_t *b, int8_t *output);

/* ARG_MAX and ARG_MIN along the middle axis of (outer, count, inner): an index for each of
 * (outer, inner). In place: no. */
typedef struct {
    int32_t outer;
    int32_t count;
    int32_t inner;
} mcuq_position;

void mcuq_arg_max_s8(const mcuq_position *p, const int8_t *input, int32_t *output);
void mcuq_arg_min_s8(const mcuq_position *p, const int8_t *input, int32_t *output);

/* DIV, FLOOR_DIV and FLOOR_MOD of equal shapes or with broadcasting, in float32: each operand's
 * scale × (value - zero point), and of the result its steps, held between the bounds, rounded half
 * away from zero. Extents and strides as of mcuq_binary. */
typedef struct {
    float a_scale;
    int32_t a_zero_point;
    float b_scale;
    int32_t b_zero_point;
    float output_scale;
    int32_t output_zero_point;
    int32_t activation_min;
    int32_t activation_max;
    int32_t dims[MCUQ_MAX_RANK];
    int32_t a_strides[MCUQ_MAX_RANK];
    int32_t b_strides[MCUQ_MAX_RANK];
} mcuq_quotient;

/* In place: yes, over an operand that is not broadcast. */
void mcuq_div_s8(const mcuq_quotient *p, const int8_t *a, const int8_t *b, int8_t *output);
void mcuq_floor_div_s8(const mcuq_quotient *p, const int8_t *a, const int8_t *b, int8_t *output);
void mcuq_floor_mod_s8(const mcuq_quotient *p, const int8_t *a, const int8_t *b, int8_t *output);

/* MEAN and SUM. The output is dense over `kept` extents, unused leading ones 1; each of its elements is
 * requantize(Σ input + sum_offset) + output_offset, clamped to int8, over `reduced` extents.
 * sum_offset = -(input zero point) × number of summands; 1 / number is part of a MEAN's
 * multiplier. */
typedef struct {
    int32_t sum_offset;
    int32_t multiplier;
    int32_t shift;
    int32_t output_offset;
    int32_t kept[MCUQ_MAX_RANK];
    int32_t kept_strides[MCUQ_MAX_RANK];
    int32_t reduced[MCUQ_MAX_RANK];
    int32_t reduced_strides[MCUQ_MAX_RANK];
} mcuq_mean;

/* In place: no. */
void mcuq_mean_s8(const mcuq_mean *p, const int8_t *input, int8_t *output);

/* The same down the columns of a matrix: of each of `channels`, over all `pixels` of an image
 * (one of either at least). */
typedef struct {
    int32_t sum_offset;
    int32_t multiplier;
    int32_t shift;
    int32_t output_offset;
    int32_t pixels;
    int32_t channels;
} mcuq_mean_columns;

/* In place: no. */
void mcuq_mean_columns_s8(const mcuq_mean_columns *p, const int8_t *input, int8_t *output);

/* REDUCE_MIN, extents as of mcuq_mean. Stored integers are compared. In place: no. */
typedef struct {
    int32_t kept[MCUQ_MAX_RANK];
    int32_t kept_strides[MCUQ_MAX_RANK];
    int32_t reduced[MCUQ_MAX_RANK];
    int32_t reduced_strides[MCUQ_MAX_RANK];
} mcuq_reduce;

void mcuq_reduce_min_s8(const mcuq_reduce *p, const int8_t *input, int8_t *output);

/* L2_NORMALIZATION of `rows` rows of `depth` values, 33,025 at most: (x + offset) × 2^7 over the
 * root of the sum of their squares. In place: yes. */
void mcuq_l2_normalization_s8(
    int32_t offset, int32_t rows, int32_t depth, const int8_t *input, int8_t *output);

/* BATCH_MATMUL. Element k of row i of the first operand is at i × a_row + k × a_step, of column j of
 * the second at j × b_column + k × b_step, from where a matrix begins: at Σ index[d] ×
 * a_batches[d], 0 where it is the same one. The output is dense:
 * requantize(Σ (a + a_offset) × (b + b_offset)) + output_offset, clamped. In place: no. */
typedef struct {
    int32_t a_offset;
    int32_t b_offset;
    int32_t output_offset;
    int32_t multiplier;
    int32_t shift;
    int32_t rows;
    int32_t depth;
    int32_t columns;
    int32_t a_row;
    int32_t a_step;
    int32_t b_column;
    int32_t b_step;
    int32_t batches[3];
    int32_t a_batches[3];
    int32_t b_batches[3];
} mcuq_matmul;

void mcuq_batch_matmul_s8(
    const mcuq_matmul *p, const int8_t *a, const int8_t *b, int8_t *output);
/* Two columns at a time, unpacked to scratch: 2 × depth halfwords, depth rounded up to 4. a_step
 * has to be 1. */
void mcuq_batch_matmul_columns_s8(const mcuq_matmul *p, const int8_t *a, const int8_t *b,
    int8_t *output, int16_t *scratch);

/* A copy between two layouts: element index goes from input + Σ index[d] × input_strides[d] to
 * output + Σ index[d] × output_strides[d]. Extents dims[0..5], unused leading ones 1; strides may
 * be negative (the caller passes the address of element 0). */
typedef struct {
    int32_t dims[MCUQ_MAX_RANK];
    int32_t input_strides[MCUQ_MAX_RANK];
    int32_t output_strides[MCUQ_MAX_RANK];
    int32_t input_start;
    int32_t output_start;
} mcuq_layout;

/* TRANSPOSE, STRIDED_SLICE, BROADCAST_TO, one input of CONCATENATION, one region of MIRROR_PAD or
 * DYNAMIC_UPDATE_SLICE. input_start and output_start are the offsets of element 0. In place: no. */
void mcuq_copy_s8(const mcuq_layout *p, const int8_t *input, int8_t *output);
void mcuq_copy_s32(const mcuq_layout *p, const int32_t *input, int32_t *output);

/* DYNAMIC_UPDATE_SLICE at a computed place, behind a copy of the whole: `update` goes to
 * place[0..rank-1], each moved between 0 and most[6-rank..5], where the update ends inside. The
 * layout is that of the update at place 0. In place: no. */
typedef struct {
    mcuq_layout layout;
    int32_t most[MCUQ_MAX_RANK];
    int32_t rank;
} mcuq_update;

void mcuq_update_s8(
    const mcuq_update *p, const int8_t *update, const int32_t *place, int8_t *output);
void mcuq_update_s32(
    const mcuq_update *p, const int32_t *update, const int32_t *place, int32_t *output);

/* A copy of a constant, `bytes` a multiple of 16; both on an address that is a multiple of four. Returns
 * `copy`. */
const void *mcuq_copy_constant(void *copy, const void *constant, uint32_t bytes);

/* The same of a convolution's weights, as those of int8 with the same values: `bytes` of the copy. */
const void *mcuq_widen_s4(void *copy, const void *constant, uint32_t bytes);

/* A state's new value, to where the next run reads it. In place: no. */
void mcuq_keep(int32_t bytes, const void *value, void *state);

/* PAD and PADV2: fills `output_size` bytes with `value`, then copies. In place: no. */
typedef struct {
    mcuq_layout layout;
    int32_t output_size;
    int32_t value;
} mcuq_pad;

void mcuq_pad_s8(const mcuq_pad *p, const int8_t *input, int8_t *output);

/* GATHER: of each of `outer` blocks of `extent` rows of `row` bytes, the `count` rows indices[i];
 * an index outside takes the first or the last row. In place: no. */
typedef struct {
    int32_t outer;
    int32_t extent;
    int32_t row;
    int32_t count;
} mcuq_rows;

void mcuq_gather_s8(
    const mcuq_rows *p, const int8_t *input, const int32_t *indices, int8_t *output);

/* GATHER_ND: of `elements` of `row` bytes those at Σ indices[i][d] × strides[d], `count` of them;
 * of a place outside the first or the last one. In place: no. */
typedef struct {
    int32_t strides[MCUQ_MAX_RANK];
    int32_t depth;
    int32_t elements;
    int32_t row;
    int32_t count;
} mcuq_places;

void mcuq_gather_nd_s8(
    const mcuq_places *p, const int8_t *input, const int32_t *indices, int8_t *output);

/* RESIZE_NEAREST_NEIGHBOR of an NHWC image. rows[y] and columns[x] are the source row and column
 * of output row y and column x, computed at build time. In place: no. */
typedef struct {
    int32_t input_width;
    int32_t output_height;
    int32_t output_width;
    int32_t channels;
    const uint16_t *rows;
    const uint16_t *columns;
} mcuq_resize;

void mcuq_resize_nearest_s8(const mcuq_resize *p, const int8_t *input, int8_t *output);

/* RESIZE_BILINEAR of an NHWC image. rows and columns have three words an output row or column:
 * the two source ones and the share of the second in 1/1024. In place: no. */
typedef struct {
    int32_t input_width;
    int32_t output_height;
    int32_t output_width;
    int32_t channels;
    const int16_t *rows;
    const int16_t *columns;
} mcuq_bilinear;

void mcuq_resize_bilinear_s8(const mcuq_bilinear *p, const int8_t *input, int8_t *output);

/* ---- Weighted operators with weights re-ordered at build time (toolchain: mcuq.lower.packing).
 *
 * Zero points are folded into the biases, so that the sums run over raw inputs; a padding element
 * is the input's zero point. Outputs are int8, batch 1. A model has one of their structures a
 * layer in flash: they are kept short. */
#define MCUQ_WORDS __attribute__((aligned(4)))

/* Requantization of one output channel: with x = bias + sum and h = x × multiplier / 2^31 (rounded)
 * the output is (h - (h < 0)) / 2^shift (rounded) + output zero point, where shift is 1 to 31. For
 * factors of one half and more x is first shifted to the left, and the output is h + output zero
 * point. Rounding is to nearest, ties upwards.
 * bias_shift: bias × 256, and in the lowest byte the shift or, for one to the left, -1 - left.
 * factor: 2 × multiplier - 2^32, negative: h is x + x × factor / 2^32. */
typedef struct {
    int32_t bias_shift;
    int32_t factor;
} mcuq_channel;

/* Direction in which output pixels are computed: decides what the output may overwrite. */
#define MCUQ_ASCENDING 0
#define MCUQ_DESCENDING 1

/* CONV_2D, one group. Runs of input bytes that are contiguous for one window row (kernel width ×
 * channels, or channels where dilation_x > 1) are padded to multiples of 4 in the weights.
 * A clamp of [-128, 127] is free, a tighter one costs a pass over the output. */
typedef struct {
    uint16_t input_height;
    uint16_t input_width;
    uint16_t input_channels;
    uint16_t output_height;
    uint16_t output_width;
    uint16_t output_channels;
    uint16_t kernel_height;
    uint16_t kernel_width;
    uint16_t stride_y;
    uint16_t stride_x;
    uint16_t dilation_y;
    uint16_t dilation_x;
    uint16_t pad_top;
    uint16_t pad_left;
    int8_t input_zero_point;
    int8_t output_zero_point;
    int8_t activation_min;
    int8_t activation_max;
    uint8_t direction;
} MCUQ_WORDS mcuq_conv;

/* scratch: 8 + 4 × depth bytes, word aligned, depth = kernel_height × (runs of a window row,
 * each padded to 4). weights, channels: for output channels rounded up to 4. */
void mcuq_conv_s8(const mcuq_conv *p, const int32_t *weights, const mcuq_channel *channels,
    const int8_t *input, int8_t *output, int32_t *scratch);
void mcuq_conv_s4(const mcuq_conv *p, const int32_t *weights, const mcuq_channel *channels,
    const int8_t *input, int8_t *output, int32_t *scratch);

/* CONV_2D 1×1 with stride 1, and FULLY_CONNECTED over several rows: `pixels` rows of
 * input_channels. scratch: 8 + 4 × (input_channels rounded up to 4) bytes. */
typedef struct {
    int32_t pixels;
    uint16_t input_channels;
    uint16_t output_channels;
    int8_t output_zero_point;
    int8_t activation_min;
    int8_t activation_max;
    uint8_t direction;
} mcuq_pointwise;

void mcuq_pointwise_s8(const mcuq_pointwise *p, const int32_t *weights,
    const mcuq_channel *channels, const int8_t *input, int8_t *output, int32_t *scratch);
void mcuq_pointwise_s4(const mcuq_pointwise *p, const int32_t *weights,
    const mcuq_channel *channels, const int8_t *input, int8_t *output, int32_t *scratch);

/* FULLY_CONNECTED of one row. No scratch. */
typedef struct {
    int32_t depth;
    uint16_t outputs;
    int8_t output_zero_point;
    int8_t activation_min;
    int8_t activation_max;
} mcuq_dense;

void mcuq_dense_s8(const mcuq_dense *p, const int32_t *weights, const mcuq_channel *channels,
    const int8_t *input, int8_t *output);
void mcuq_dense_s4(const mcuq_dense *p, const int32_t *weights, const mcuq_channel *channels,
    const int8_t *input, int8_t *output);

/* Requantization of four depthwise channels. As mcuq_channel, but for outputs in offset binary
 * (0 to 255). Where a channel of the group is not shifted to the right, or its output may exceed 16
 * bits before it is saturated, the lowest bytes of all four are MCUQ_GROUP_SLOW + 32 × left + 1 +
 * right instead, of shifts left up to 3 and right up to 30: with x shifted to the left and h as of
 * mcuq_channel the output is (2 h - (h < 0)) / 2^(1 + right) (rounded) + output zero point, which
 * holds for right = 0 too. */
#define MCUQ_GROUP_SLOW 128

typedef struct {
    int32_t bias_shift[4];
    int32_t factor[4];
} mcuq_channel_group;

/* DEPTHWISE_CONV_2D, depth multiplier 1: fields as in mcuq_conv, channels in and out being equal.
 * weights: for groups of four channels, a word a tap, channel 0 lowest; int4: a half word a tap,
 * lowest nibble channel 0, values + 8.
 * scratch, word aligned: 8 × taps + C bytes, C the channels rounded up to 4; int4: and taps × C
 * more; expanded: and 18 × C more instead (two addresses a tap: 16 × taps where they have 8
 * bytes). The expanded forms are faster; they take nine taps and channels in fours. */
typedef struct {
    uint16_t input_height;
    uint16_t input_width;
    uint16_t output_height;
    uint16_t output_width;
    uint16_t channels;
    uint16_t kernel_height;
    uint16_t kernel_width;
    uint16_t stride_y;
    uint16_t stride_x;
    uint16_t dilation_y;
    uint16_t dilation_x;
    uint16_t pad_top;
    uint16_t pad_left;
    int8_t input_zero_point;
    int8_t output_zero_point;
    int8_t activation_min;
    int8_t activation_max;
    uint8_t direction;
} MCUQ_WORDS mcuq_depthwise;

void mcuq_depthwise_s8(const mcuq_depthwise *p, const int32_t *weights,
    const mcuq_channel_group *channels, const int8_t *input, int8_t *output, int32_t *scratch);
void mcuq_depthwise_s4(const mcuq_depthwise *p, const int32_t *weights,
    const mcuq_channel_group *channels, const int8_t *input, int8_t *output, int32_t *scratch);
void mcuq_depthwise_expanded_s8(const mcuq_depthwise *p, const int32_t *weights,
    const mcuq_channel_group *channels, const int8_t *input, int8_t *output, int32_t *scratch);
void mcuq_depthwise_expanded_s4(const mcuq_depthwise *p, const int32_t *weights,
    const mcuq_channel_group *channels, const int8_t *input, int8_t *output, int32_t *scratch);

/* Bytes that output and input may share, for the structure's direction: ascending, from the
 * input's start to the output's end at most; descending, from the output's start to the input's
 * end at most. For planners; never needed on the device. */
int32_t mcuq_conv_overlap(const mcuq_conv *p);
int32_t mcuq_pointwise_overlap(const mcuq_pointwise *p);
int32_t mcuq_depthwise_overlap(const mcuq_depthwise *p);

/* Clamps a tensor in place: the tail of the kernels above where the activation is tighter than
 * int8. */
void mcuq_clamp_s8(int8_t *data, int32_t count, int32_t low, int32_t high);

#ifdef __cplusplus
}
#endif

#endif
