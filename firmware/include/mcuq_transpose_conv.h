/* TRANSPOSE_CONV: output index = input index × stride - padding + tap.
 *
 * Every output is gathered: of each axis' taps those count that fall on an input, one in `stride`.
 */
#ifndef MCUQ_TRANSPOSE_CONV_H
#define MCUQ_TRANSPOSE_CONV_H

#include "mcuq_columns.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Number and extents of images, one behind the other; the zero point of int16 is 0. pad_top and pad_left are what the
 * first rows and columns of the whole result lie before the output. */
typedef struct {
    int32_t images;
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
    uint16_t pad_top;
    uint16_t pad_left;
    int16_t input_zero_point;
    int16_t output_zero_point;
    int16_t activation_min;
    int16_t activation_max;
} MCUQ_WORDS mcuq_transpose_conv;

/* Requantization of one output channel: of its sum with the bias. */
typedef struct {
    int32_t multiplier;
    int32_t shift;
} mcuq_rescaling;

/* Filters OHWI, int8 or packed int4 over the flattened tensor; biases may be NULL. In place: no. */
void mcuq_transpose_convolve_s8(const mcuq_transpose_conv *p, const mcuq_rescaling *channels,
    const int32_t *bias, const int8_t *filter, const int8_t *input, int8_t *output);
void mcuq_transpose_convolve_s4(const mcuq_transpose_conv *p, const mcuq_rescaling *channels,
    const int32_t *bias, const int8_t *filter, const int8_t *input, int8_t *output);
void mcuq_transpose_convolve_s16(const mcuq_transpose_conv *p, const mcuq_rescaling *channels,
    const mcuq_int64 *bias, const int8_t *filter, const int16_t *input, int16_t *output);
void mcuq_transpose_convolve_s16_s4(const mcuq_transpose_conv *p, const mcuq_rescaling *channels,
    const mcuq_int64 *bias, const int8_t *filter, const int16_t *input, int16_t *output);

/* The same with re-ordered weights, as stride_y × stride_x convolutions, one a phase: of the taps
 * that its outputs meet, last tap first. weights, channels: those of mcuq_conv_*, phase after
 * phase. Kernels are padded with zero taps to padding + stride, so that no phase is without one and
 * no window begins behind the input's first element.
 * scratch: 8 + 4 × depth bytes, word aligned, depth that of the largest phase's windows: see
 * mcuq_conv. In place: no. */
void mcuq_transpose_conv_s8(const mcuq_transpose_conv *p, const int32_t *weights,
    const mcuq_channel *channels, const int8_t *input, int8_t *output, int32_t *scratch);
void mcuq_transpose_conv_s4(const mcuq_transpose_conv *p, const int32_t *weights,
    const mcuq_channel *channels, const int8_t *input, int8_t *output, int32_t *scratch);
void mcuq_transpose_conv_s2(const mcuq_transpose_conv *p, const int32_t *weights,
    const mcuq_channel *channels, const int8_t *input, int8_t *output, int32_t *scratch);

/* Inner part; words: words of weights a four inputs of a group, offset: as of mcuq_conv_windows. */
void mcuq_transpose_conv_phases(const mcuq_transpose_conv *p, const int32_t *weights,
    const mcuq_channel *channels, const int8_t *input, int8_t *output, int32_t *scratch,
    mcuq_multiply *multiply, int32_t words, int32_t offset);

#ifdef __cplusplus
}
#endif

#endif
