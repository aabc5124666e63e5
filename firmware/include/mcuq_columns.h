/* Inner parts of convolution, pointwise and dense kernels with re-ordered weights.
 *
 * Weights come in groups of four output channels a, b, c, d. Within a group, inputs are taken in
 * fours, each as the int16 pairs (0, 2) and (1, 3): that is how SXTB16 unpacks a word. A pair's
 * weights are
 *   int8: two words, halves 256 b + a and 256 d + c (two words a pair);
 *   int4: one word, halves 4096 d + 256 (c + 8) + 16 (b + 8) + (a + 8), d signed.
 * The dual multiply-accumulate works on such a half as it is, and on its low byte (nibbles); the
 * differences of these nested sums, divided by the radix, are the channels' sums. They are exact
 * modulo 2^32; the packer refuses weights whose sums could leave that range. For int4 the caller
 * supplies -8 × Σ input.
 */
#ifndef MCUQ_COLUMNS_H
#define MCUQ_COLUMNS_H

#include <stdint.h>

#include "mcuq_instructions.h"
#include "mcuq_kernels.h"

/* Two columns of inputs, unpacked to int16 and interleaved:
 * -8 × Σ of each, then for every four inputs: first column (0, 2), second column (0, 2), first
 * column (1, 3), second column (1, 3). */
#define MCUQ_COLUMN_HEADER 2

/* Multiplies two filled columns of `words` = depth words after the header with all output channels
 * and writes two pixels; second may equal first. zero_point: of the outputs. */
typedef void mcuq_multiply(const int32_t *columns, int32_t words, const int32_t *weights,
    const mcuq_channel *channels, int32_t outputs, int8_t *first, int8_t *second, int32_t zero_point);
void mcuq_multiply_s8(const int32_t *columns, int32_t words, const int32_t *weights,
    const mcuq_channel *channels, int32_t outputs, int8_t *first, int8_t *second, int32_t zero_point);
void mcuq_multiply_s4(const int32_t *columns, int32_t words, const int32_t *weights,
    const mcuq_channel *channels, int32_t outputs, int8_t *first, int8_t *second, int32_t zero_point);

/* The same from sums of four channels for two columns, sums[2 × channel + column]; group_words:
 * words of weights a group of four channels. */
typedef void mcuq_dot_4x2(
    const int32_t *weights, const int32_t *columns, int32_t words, int32_t sums[8]);
void mcuq_multiply_groups(const int32_t *columns, int32_t words, const int32_t *weights,
    int32_t group_words, const mcuq_channel *channels, int32_t outputs, mcuq_dot_4x2 *dot,
    int8_t *first, int8_t *second, int32_t zero_point);

/* Sums of a pair of channels for two columns by single multiplications: sums[2 × channel + column].
 * int8 weights step by two words: the other pair's lie between. */
void mcuq_pair_sums_s8(
    const int32_t *weights, const int32_t *columns, const int32_t *end, int32_t sums[4]);

/* The same of four channels, int4 or int2 weights. */
mcuq_dot_4x2 mcuq_four_sums_s4;
mcuq_dot_4x2 mcuq_four_sums_s2;

/* Sums of four channels over `groups` × 4 input bytes; correction: -8 × Σ input, int4 only. */
void mcuq_dot_4x1_s8(const int32_t *weights, const int8_t *input, int32_t groups, int32_t sums[4],
    int32_t correction);
void mcuq_dot_4x1_s4(const int32_t *weights, const int8_t *input, int32_t groups, int32_t sums[4],
    int32_t correction);
typedef void mcuq_dot_4x1(const int32_t *weights, const int8_t *input, int32_t groups,
    int32_t sums[4], int32_t correction);

/* Fills the header of two columns with -8 × their sums. */
void mcuq_column_sums(int32_t *columns, int32_t words);

/* Unpacks four × `words` bytes each of two pixels into columns. */
void mcuq_unpack_words(const int8_t *first, const int8_t *second, int32_t words, int32_t *columns);

/* Unpacks `count` bytes each of two pixels into columns; `count` is rounded up to 4 with zeros. */
void mcuq_unpack_2(const int8_t *first, const int8_t *second, int32_t count, int32_t *columns);

/* The same with `rows` rows (one at least) of `size` bytes (four at least), `pitch` bytes apart. */
void mcuq_unpack_rows(const int8_t *first, const int8_t *second, int32_t size, int32_t *columns,
    int32_t rows, int32_t pitch);

/* The dense driver behind mcuq_dense_s8 and _s4. words: words of weights a four inputs. */
void mcuq_dense_rows(const mcuq_dense *p, const int32_t *weights, int32_t words,
    const mcuq_channel *channels, const int8_t *input, int8_t *output, mcuq_dot_4x1 *dot,
    int32_t correction);

/* The convolution drivers; offset: whether the weights are stored with an offset, so that they
 * ask for the columns' sums. */
void mcuq_conv_windows(const mcuq_conv *p, const int32_t *weights, const mcuq_channel *channels,
    const int8_t *input, int8_t *output, int32_t *scratch, mcuq_multiply *multiply,
    int32_t offset);
void mcuq_pointwise_rows(const mcuq_pointwise *p, const int32_t *weights,
    const mcuq_channel *channels, const int8_t *input, int8_t *output, int32_t *scratch,
    mcuq_multiply *multiply, int32_t offset);

/* (outer - inner) / 2^bits of two nested sums, exact by construction. */
static inline int32_t mcuq_nested_difference(int32_t outer, int32_t inner, int32_t bits)
{
    return (int32_t)((uint32_t)outer - (uint32_t)inner) >> bits;
}

/* Four nested int4 sums, `stride` apart, begun with -8 × Σ input for every unsigned digit. */
static inline void mcuq_start_nested(int32_t *nested, int32_t correction, int32_t stride)
{
    const uint32_t c = (uint32_t)correction;
    nested[0] = correction;
    nested[stride] = (int32_t)(c * 0x11);
    nested[2 * stride] = (int32_t)(c * 0x111);
    nested[3 * stride] = (int32_t)(c * 0x111);
}

static inline void mcuq_nested_multiply(int32_t *nested, int32_t all, int32_t x, int32_t stride)
{
    static const uint32_t masks[4] = {0x000F000F, 0x00FF00FF, 0x0FFF0FFF, 0xFFFFFFFF};
    for (int32_t i = 0; i < 4; i++) {
        const int32_t digits = (int32_t)((uint32_t)all & masks[i]);
        nested[i * stride] = mcuq_dual_multiply(digits, x, nested[i * stride]);
    }
}

static inline void mcuq_split_nested(const int32_t *nested, int32_t *sums, int32_t stride)
{
    sums[0] = nested[0];
    for (int32_t i = 1; i < 4; i++) {
        sums[i * stride] =
            mcuq_nested_difference(nested[i * stride], nested[(i - 1) * stride], 4 * i);
    }
}

#endif
