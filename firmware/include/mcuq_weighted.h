/* Inner parts of the kernels with re-ordered weights.
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
#ifndef MCUQ_WEIGHTED_H
#define MCUQ_WEIGHTED_H

#include <stdint.h>

#include "mcuq_arith.h"
#include "mcuq_kernels.h"

/* Two columns of inputs, unpacked to int16 and interleaved:
 * -8 × Σ of each, then for every four inputs: first column (0, 2), second column (0, 2), first
 * column (1, 3), second column (1, 3). */
#define MCUQ_COLUMN_HEADER 2

/* Multiplies two filled columns of `words` = depth words after the header with all output channels
 * and writes two pixels; second may equal first. */
typedef void mcuq_multiply(const int32_t *columns, int32_t words, const int32_t *weights,
    const mcuq_channel *channels, int32_t outputs, int8_t *first, int8_t *second);
void mcuq_multiply_s8(const int32_t *columns, int32_t words, const int32_t *weights,
    const mcuq_channel *channels, int32_t outputs, int8_t *first, int8_t *second);
void mcuq_multiply_s4(const int32_t *columns, int32_t words, const int32_t *weights,
    const mcuq_channel *channels, int32_t outputs, int8_t *first, int8_t *second);

/* The same from sums of four channels for two columns, sums[2 × channel + column]; group_words:
 * words of weights a group of four channels. */
typedef void mcuq_dot_4x2(
    const int32_t *weights, const int32_t *columns, int32_t words, int32_t sums[8]);
void mcuq_multiply_groups(const int32_t *columns, int32_t words, const int32_t *weights,
    int32_t group_words, const mcuq_channel *channels, int32_t outputs, mcuq_dot_4x2 *dot,
    int8_t *first, int8_t *second);

/* Sums of four channels over `fours` × 4 input bytes; correction: -8 × Σ input, int4 only. */
void mcuq_dot_4x1_s8(const int32_t *weights, const int8_t *input, int32_t fours, int32_t sums[4],
    int32_t correction);
void mcuq_dot_4x1_s4(const int32_t *weights, const int8_t *input, int32_t fours, int32_t sums[4],
    int32_t correction);
typedef void mcuq_dot_4x1(const int32_t *weights, const int8_t *input, int32_t fours,
    int32_t sums[4], int32_t correction);

/* Fills the header of two columns with -8 × their sums. */
void mcuq_column_sums(int32_t *columns, int32_t words);

/* Unpacks four × `words` bytes each of two pixels into columns. */
void mcuq_unpack_words(const int8_t *first, const int8_t *second, int32_t words, int32_t *columns);

/* Unpacks `count` bytes each of two pixels into columns; `count` is rounded up to 4 with zeros. */
void mcuq_unpack_2(const int8_t *first, const int8_t *second, int32_t count, int32_t *columns);

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

/* Depthwise convolution of `pixels` pixels. taps: `count` addresses of the taps' pixels, `width`
 * bytes ahead, then how far each moves a pixel. output: end of the first output pixel; width:
 * channels; step: from one output pixel to the next. */
typedef void mcuq_depthwise_run(const int8_t **taps, const int32_t *weights,
    const mcuq_channel_group *channels, int8_t *output, int32_t width, int32_t pixels, int32_t step,
    int32_t count);
void mcuq_depthwise_run_any(const int8_t **taps, const int32_t *weights,
    const mcuq_channel_group *channels, int8_t *output, int32_t width, int32_t pixels, int32_t step,
    int32_t count);
/* The same for nine taps and channels in fours. */
void mcuq_depthwise_run_9(const int8_t **taps, const int32_t *weights,
    const mcuq_channel_group *channels, int8_t *output, int32_t width, int32_t pixels, int32_t step,
    int32_t count);
/* weights: two words a tap and group, the doubled weights of channels (0, 2) and (1, 3). Needs the
 * DSP or the vector extension. */
void mcuq_depthwise_run_expanded_9(const int8_t **taps, const int32_t *weights,
    const mcuq_channel_group *channels, int8_t *output, int32_t width, int32_t pixels, int32_t step,
    int32_t count);

/* Depthwise convolution of `width` (1 to 4) channels of one pixel; offset: of the group from the
 * taps' addresses. */
void mcuq_depthwise_group(const int8_t *const *taps, int32_t count, int32_t offset,
    const int32_t *weights, const mcuq_channel_group *channels, int8_t *output, int32_t width);

/* The scratch behind the driver's own: taps' addresses and moves, a pixel of padding. */
static inline int32_t *mcuq_depthwise_spare(const mcuq_depthwise *p, int32_t *scratch)
{
    const int32_t taps = p->kernel_height * p->kernel_width;
    const int8_t **table = (const int8_t **)(void *)scratch;
    return (int32_t *)(void *)(table + 2 * taps) + (p->channels + 3) / 4;
}

/* Moves the table to the next pixel. */
static inline void mcuq_depthwise_move(const int8_t **taps, int32_t count)
{
    const intptr_t *moves = (const intptr_t *)(void *)(taps + count);
    for (int32_t tap = 0; tap < count; tap++) {
        taps[tap] += moves[tap];
    }
}

/* The depthwise driver. */
void mcuq_depthwise_windows(const mcuq_depthwise *p, const int32_t *weights,
    const mcuq_channel_group *channels, const int8_t *input, int8_t *output, int32_t *scratch,
    mcuq_depthwise_run *run);

/* Constants of mcuq_add_aligned_s8: the first operand is a × 2^19 + a_offset, the second
 * (b × 2^21 + b_offset) × b_multiplier / 2^32, shifted right by b_shift with rounding. */
typedef struct {
    int32_t a_offset;
    int32_t b_offset;
    int32_t b_multiplier;
    int32_t b_rounding;
    int32_t b_shift;
    int32_t multiplier;
    int32_t rounding;
    int32_t shift;
} mcuq_aligned_add;

/* output may be a or b. */
void mcuq_add_aligned_s8(const int8_t *a, const int8_t *b, int8_t *output,
    const mcuq_aligned_add *constants, int32_t count);

/* a × b / 2^32 rounded to nearest, ties upwards. */
static inline int32_t mcuq_high_multiply(int32_t a, int32_t b)
{
#if defined(__ARM_FEATURE_DSP)
    int32_t result;
    __asm__("smmulr %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
    return result;
#elif defined(__thumb__) && !defined(__thumb2__)
    /* No long multiply: four products of halves, none of the sums leaves int32. The last shift
     * leaves the bit that rounds in the carry. */
    int32_t a_low;
    int32_t b_low;
    int32_t low;
    __asm__(".syntax unified\n"
            "uxth %[al], %[a]\n"
            "uxth %[bl], %[b]\n"
            "asrs %[a], %[a], #16\n"
            "asrs %[b], %[b], #16\n"
            "movs %[low], %[al]\n"
            "muls %[low], %[bl], %[low]\n"
            "lsrs %[low], %[low], #16\n"
            "muls %[bl], %[a], %[bl]\n"
            "adds %[bl], %[bl], %[low]\n"
            "muls %[al], %[b], %[al]\n"
            "uxth %[low], %[bl]\n"
            "adds %[al], %[al], %[low]\n"
            "muls %[a], %[b], %[a]\n"
            "asrs %[bl], %[bl], #16\n"
            "adds %[a], %[a], %[bl]\n"
            "asrs %[al], %[al], #16\n"
            "adcs %[a], %[al]\n"
            : [a] "+l"(a), [b] "+l"(b), [al] "=&l"(a_low), [bl] "=&l"(b_low), [low] "=&l"(low)
            :
            : "cc");
    return a;
#else
    return (int32_t)(((int64_t)a * b + (INT64_C(1) << 31)) >> 32);
#endif
}

static inline int32_t mcuq_saturate(int32_t x)
{
#if defined(__ARM_FEATURE_SAT)
    int32_t result;
    __asm__("ssat %0, #8, %1" : "=r"(result) : "r"(x));
    return result;
#else
    return mcuq_clamp(x, INT8_MIN, INT8_MAX);
#endif
}

/* See mcuq_channel. */
static inline int8_t mcuq_output(const mcuq_channel *channel, int32_t sum)
{
    const int32_t shift = channel->shift;
    const int32_t doubled = (int32_t)((uint32_t)channel->doubled_bias + 2u * (uint32_t)sum);
    if (shift >= 1) {
        const int32_t high = mcuq_high_multiply(doubled, channel->multiplier);
        return (int8_t)mcuq_saturate((high + (high >> 31) + channel->rounding) >> shift);
    }
    const int32_t scaled = mcuq_shift_left(doubled, (uint32_t)-shift);
    return (int8_t)mcuq_saturate(
        mcuq_high_multiply(scaled, channel->multiplier) + channel->rounding);
}

/* See mcuq_channel_group; doubled: twice the sum of channel i. */
static inline int8_t mcuq_group_output(const mcuq_channel_group *group, int32_t i, int32_t doubled)
{
    const int32_t shift = (int8_t)(group->output[i].shift & 0xFF);
    const int32_t x = group->doubled_bias[i] + doubled;
    int32_t value;
    if (shift >= 1) {
        const int32_t high = mcuq_high_multiply(x, group->output[i].multiplier);
        value = (high + (high >> 31) + group->output[i].rounding) >> shift;
    } else {
        const int32_t scaled = mcuq_shift_left(x, (uint32_t)-shift);
        value = mcuq_high_multiply(scaled, group->output[i].multiplier) + group->output[i].rounding;
    }
    return (int8_t)(mcuq_clamp(value, 0, UINT8_MAX) + INT8_MIN);
}

/* The four bytes at any address as a word, first byte lowest. */
static inline uint32_t mcuq_load_word(const int8_t *p)
{
#if defined(__ARM_FEATURE_UNALIGNED)
    uint32_t word;
    __builtin_memcpy(&word, p, 4);
    return word;
#else
    return (uint32_t)(uint8_t)p[0] | (uint32_t)(uint8_t)p[1] << 8 | (uint32_t)(uint8_t)p[2] << 16 |
           (uint32_t)(uint8_t)p[3] << 24;
#endif
}

/* Bytes 0 and 2 of a word, sign extended to the two halves (SXTB16). */
static inline int32_t mcuq_even_bytes(uint32_t word)
{
#if defined(__ARM_FEATURE_DSP)
    return (int32_t)__sxtb16((int16x2_t)word);
#else
    const uint32_t low = (uint32_t)(int32_t)(int8_t)(word & 0xFF) & 0xFFFF;
    const uint32_t high = (uint32_t)(int32_t)(int8_t)((word >> 16) & 0xFF) & 0xFFFF;
    return (int32_t)(low | high << 16);
#endif
}

static inline int32_t mcuq_odd_bytes(uint32_t word)
{
#if defined(__ARM_FEATURE_DSP)
    int32_t result;
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(result) : "r"(word));
    return result;
#else
    return mcuq_even_bytes(word >> 8 | word << 24);
#endif
}

/* sum + the dot product of two pairs of int16, modulo 2^32 (SMLAD). */
static inline int32_t mcuq_dual_multiply(int32_t a, int32_t b, int32_t sum)
{
#if defined(__ARM_FEATURE_DSP)
    return __smlad(a, b, sum);
#else
    const int32_t low = (int32_t)(int16_t)(a & 0xFFFF) * (int16_t)(b & 0xFFFF);
    const int32_t high = (a >> 16) * (b >> 16);
    return (int32_t)((uint32_t)sum + (uint32_t)low + (uint32_t)high);
#endif
}

/* Four int4 weights, stored + 8 in half word `index`, as four bytes. */
static inline int32_t mcuq_unpack_nibbles(const int32_t *weights, int32_t index)
{
    const uint32_t half = (uint32_t)weights[index >> 1] >> 16 * (index & 1);
    const uint32_t spread =
        (half & 0xF) | (half & 0xF0) << 4 | (half & 0xF00) << 8 | (half & 0xF000) << 12;
    /* Minus 8 in each byte; the top bits keep borrows from crossing bytes. */
    return (int32_t)(((spread | 0x80808080u) - 0x08080808u) ^ 0x80808080u);
}

/* Four int8 weights doubled, as int16 of channels (0, 2) and (1, 3). */
static inline void mcuq_expand(uint32_t weights, int32_t *expanded)
{
    expanded[0] = (int32_t)((uint32_t)mcuq_even_bytes(weights) << 1 & 0xFFFEFFFFu);
    expanded[1] = (int32_t)((uint32_t)mcuq_odd_bytes(weights) << 1 & 0xFFFEFFFFu);
}

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
