/* Kernels with int2 and ternary weights.
 *
 * int2: values -2 to 1 as 2-bit fields, 2 added to each, four a byte, lowest bits first.
 * Weights come in groups of four output channels, inputs in order, a byte holding one input's
 * weights of a group's four channels; depthwise: one tap's.
 * Ternary: the same fields in the same order, each -1 to 1, five a byte in base 3, the first in the
 * lowest digit, stored as value + 1. They are unpacked to int2 in scratch once a call; dense layers
 * have none: they take theirs as int2.
 *
 * Parameters are those of the _s4 forms. Scratch: _s2 as _s4; ternary forms need in front of it
 * a word for every sixteen weights.
 */
#ifndef MCUQ_SUB_BYTE_H
#define MCUQ_SUB_BYTE_H

#include "mcuq_kernels.h"

#ifdef __cplusplus
extern "C" {
#endif

void mcuq_conv_s2(const mcuq_conv *p, const int32_t *weights, const mcuq_channel *channels,
    const int8_t *input, int8_t *output, int32_t *scratch);
void mcuq_pointwise_s2(const mcuq_pointwise *p, const int32_t *weights,
    const mcuq_channel *channels, const int8_t *input, int8_t *output, int32_t *scratch);
void mcuq_dense_s2(const mcuq_dense *p, const int32_t *weights, const mcuq_channel *channels,
    const int8_t *input, int8_t *output);
void mcuq_depthwise_s2(const mcuq_depthwise *p, const int32_t *weights,
    const mcuq_channel_group *channels, const int8_t *input, int8_t *output, int32_t *scratch);
void mcuq_depthwise_expanded_s2(const mcuq_depthwise *p, const int32_t *weights,
    const mcuq_channel_group *channels, const int8_t *input, int8_t *output, int32_t *scratch);

void mcuq_conv_ternary(const mcuq_conv *p, const int32_t *weights, const mcuq_channel *channels,
    const int8_t *input, int8_t *output, int32_t *scratch);
void mcuq_pointwise_ternary(const mcuq_pointwise *p, const int32_t *weights,
    const mcuq_channel *channels, const int8_t *input, int8_t *output, int32_t *scratch);
void mcuq_depthwise_ternary(const mcuq_depthwise *p, const int32_t *weights,
    const mcuq_channel_group *channels, const int8_t *input, int8_t *output, int32_t *scratch);
void mcuq_depthwise_expanded_ternary(const mcuq_depthwise *p, const int32_t *weights,
    const mcuq_channel_group *channels, const int8_t *input, int8_t *output, int32_t *scratch);

/* As mcuq_widen_s4. */
const void *mcuq_widen_s2(void *copy, const void *constant, uint32_t bytes);
const void *mcuq_widen_ternary(void *copy, const void *constant, uint32_t bytes);

/* Inner parts: those of mcuq_columns.h with int2 weights. */
void mcuq_multiply_s2(const int32_t *columns, int32_t words, const int32_t *weights,
    const mcuq_channel *channels, int32_t outputs, int8_t *first, int8_t *second, int32_t zero_point);
void mcuq_dot_4x1_s2(const int32_t *weights, const int8_t *input, int32_t groups, int32_t sums[4],
    int32_t correction);

/* Unpacks 16 × `words` ternary weights to 2-bit fields of weight + 2, of which every word is changed
 * where `flip` has ones. */
void mcuq_unpack_ternary(const int32_t *packed, int32_t words, int32_t *fields, uint32_t flip);

#define MCUQ_PLUS_TWO 0u
#define MCUQ_TWOS_COMPLEMENT 0xAAAAAAAAu

/* Byte `index` of the 2-bit fields as four int8. */
static inline int32_t mcuq_unpack_fields(const int32_t *weights, int32_t index)
{
    uint32_t spread = (uint32_t)weights[index >> 2] >> 8 * (index & 3) & 0xFF;
    spread = (spread | spread << 12) & 0x000F000Fu;
    spread = (spread | spread << 6) & 0x03030303u;
    /* Minus 2 in each byte; the top bits keep borrows from crossing bytes. */
    return (int32_t)(((spread | 0x80808080u) - 0x02020202u) ^ 0x80808080u);
}

/* The 2-bit fields of two inputs (bytes 0 and 2) as a word of int4 weights: halves
 * 4096 d + 256 (c + 8) + 16 (b + 8) + (a + 8), d signed. */
static inline int32_t mcuq_nested_fields(uint32_t bytes)
{
    uint32_t spread = bytes & 0x00FF00FFu;
    spread = (spread | spread << 4) & 0x0F0F0F0Fu;
    spread = (spread | spread << 2) & 0x33333333u;
    /* d loses its 2 and fills its nibble with its sign; the others get 6 more. */
    spread ^= 0x20002000u;
    return (int32_t)((spread + 0x06660666u) | (spread & 0x20002000u) * 6);
}

#ifdef __cplusplus
}
#endif

#endif
