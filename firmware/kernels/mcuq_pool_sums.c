/* Sums of the channels of a window of int8, four at a time. */
#include "mcuq_assembly.h"
#include "mcuq_instructions.h"
#include "mcuq_pool.h"

#if defined(__ARM_FEATURE_UNALIGNED)
#define LOAD_WORD mcuq_load_word
#else
#define LOAD_WORD mcuq_load_aligned_word
#endif

/* Of bytes 0 and 2 and of bytes 1 and 3: two sums of 16 bits in each. */
typedef struct {
    uint32_t even;
    uint32_t odd;
} four_sums;

#if defined(__ARM_FEATURE_DSP)

static inline void add_word(four_sums *sums, uint32_t word)
{
    sums->even = (uint32_t)mcuq_add_even_bytes((int32_t)sums->even, word);
    sums->odd = (uint32_t)mcuq_add_odd_bytes((int32_t)sums->odd, word);
}

static inline void add_sums(const four_sums *from, int32_t count, int32_t sums[4])
{
    (void)count;
    sums[0] += (int16_t)(from->even & 0xFFFF);
    sums[1] += (int16_t)(from->odd & 0xFFFF);
    sums[2] += (int32_t)from->even >> 16;
    sums[3] += (int32_t)from->odd >> 16;
}

#else

/* Bytes plus 128, so that none is below 0. Among the odd ones byte 2 is left in, between them: its sum
 * is known in the end. 255 numbers of 24 bits fit a word. */
static inline void add_word(four_sums *sums, uint32_t word)
{
    const uint32_t positive = word ^ 0x80808080u;
    sums->even += positive & 0x00FF00FFu;
    sums->odd += positive >> 8;
}

static inline void add_sums(const four_sums *from, int32_t count, int32_t sums[4])
{
    const uint32_t odd = from->odd - (from->even >> 16 << 8);
    sums[0] += (int32_t)(from->even & 0xFFFF) - 128 * count;
    sums[1] += (int32_t)(odd & 0xFFFF) - 128 * count;
    sums[2] += (int32_t)(from->even >> 16) - 128 * count;
    sums[3] += (int32_t)(odd >> 16) - 128 * count;
}

#endif

/* One row; two words a round, whose loads go together, where there are registers for both. */
static inline void add_row(four_sums *sums, const int8_t *pixel, int32_t columns, int32_t step)
{
#if defined(MCUQ_SHORT_THUMB)
    for (; columns > 0; columns--, pixel += step) {
        add_word(sums, LOAD_WORD(pixel));
    }
#else
    if (columns & 1) {
        add_word(sums, LOAD_WORD(pixel));
        pixel += step;
    }
    for (int32_t pairs = columns >> 1; pairs > 0; pairs--, pixel += 2 * step) {
        const uint32_t next = LOAD_WORD(pixel + step);
        add_word(sums, LOAD_WORD(pixel));
        add_word(sums, next);
    }
#endif
}

void mcuq_pool_sums(
    const mcuq_pool_window *window, const int8_t *image, int32_t channel, int32_t sums[4])
{
    const int8_t *first = image + window->start + channel;
    four_sums found = {0, 0};
    for (int32_t y = window->rows; y > 0; y--, first += window->row) {
        add_row(&found, first, window->columns, window->pixel);
    }
    add_sums(&found, window->rows * window->columns, sums);
}
