/* Products of matrices: two columns of the second operand are unpacked to int16, less their zero
 * point, and meet two rows of the first at a time. The first one's zero point counts once a column:
 * Σ (a + offset) × b = Σ a × b + offset × Σ b. */
#include "mcuq_index.h"
#include "mcuq_instructions.h"

/* Unpacks a column in fours, each as elements 0, 2, 1, 3, with zeros up to a multiple of 4.
 * Returns its sum. */
static int32_t unpack(const mcuq_matmul *p, const int8_t *b, int16_t *column)
{
    int32_t sum = 0;
    for (int32_t k = 0; k < (p->depth + 3) / 4 * 4; k++) {
        const int32_t value = k < p->depth ? b[k * p->b_step] + p->b_offset : 0;
        column[k / 4 * 4 + (k & 1) * 2 + (k >> 1 & 1)] = (int16_t)value;
        sum += value;
    }
    return sum;
}

static inline int32_t pair_at(const int16_t *column)
{
    int32_t pair;
    __builtin_memcpy(&pair, column, sizeof pair);
    return pair;
}

/* The last bytes of a row, `count` of them, as a word. */
static inline uint32_t last_word(const int8_t *row, int32_t count)
{
    uint32_t word = 0;
    for (int32_t i = 0; i < count; i++) {
        word |= (uint32_t)(uint8_t)row[i] << 8 * i;
    }
    return word;
}

/* Adds four products of one row's word with both columns. */
static inline void multiply(
    uint32_t word, const int16_t *first, const int16_t *second, int32_t *sums)
{
    const int32_t even = mcuq_even_bytes(word);
    const int32_t odd = mcuq_odd_bytes(word);
    sums[0] = mcuq_dual_multiply(even, pair_at(first), sums[0]);
    sums[1] = mcuq_dual_multiply(even, pair_at(second), sums[1]);
    sums[0] = mcuq_dual_multiply(odd, pair_at(first + 2), sums[0]);
    sums[1] = mcuq_dual_multiply(odd, pair_at(second + 2), sums[1]);
}

/* Sums of two rows with two columns: sums[2 × row + column], begun by the caller. */
static void dot_2x2(const int8_t *upper, const int8_t *lower, const int16_t *first,
    const int16_t *second, int32_t depth, int32_t *sums)
{
    int32_t sum[4] = {sums[0], sums[1], sums[2], sums[3]};
    int32_t k = 0;
    for (; k + 4 <= depth; k += 4) {
        multiply(mcuq_load_word(upper + k), first + k, second + k, sum);
        multiply(mcuq_load_word(lower + k), first + k, second + k, sum + 2);
    }
    if (k < depth) {
        multiply(last_word(upper + k, depth - k), first + k, second + k, sum);
        multiply(last_word(lower + k, depth - k), first + k, second + k, sum + 2);
    }
    for (int32_t i = 0; i < 4; i++) {
        sums[i] = sum[i];
    }
}

static inline int8_t output_of(const mcuq_matmul *p, int32_t sum)
{
    const int32_t value = mcuq_requantize(sum, p->multiplier, p->shift) + p->output_offset;
    return (int8_t)mcuq_clamp(value, INT8_MIN, INT8_MAX);
}

/* Two columns of an output matrix; second equals first at an odd end. */
static void columns_of(const mcuq_matmul *p, const int8_t *a, const int8_t *b, int32_t first,
    int32_t second, int8_t *output, int16_t *scratch)
{
    int16_t *other = scratch + (p->depth + 3) / 4 * 4;
    const int32_t start[2] = {
        p->a_offset * unpack(p, b + first * p->b_column, scratch),
        p->a_offset * unpack(p, b + second * p->b_column, other),
    };
    for (int32_t i = 0; i < p->rows; i += 2) {
        const int32_t next = i + 1 < p->rows ? i + 1 : i;
        int32_t sums[4] = {start[0], start[1], start[0], start[1]};
        dot_2x2(a + i * p->a_row, a + next * p->a_row, scratch, other, p->depth, sums);
        output[i * p->columns + first] = output_of(p, sums[0]);
        output[i * p->columns + second] = output_of(p, sums[1]);
        output[next * p->columns + first] = output_of(p, sums[2]);
        output[next * p->columns + second] = output_of(p, sums[3]);
    }
}

void mcuq_batch_matmul_columns_s8(const mcuq_matmul *p, const int8_t *a, const int8_t *b,
    int8_t *output, int16_t *scratch)
{
    mcuq_walk walk = {{0}, 0, 0};
    do {
        for (int32_t j = 0; j < p->columns; j += 2) {
            const int32_t second = j + 1 < p->columns ? j + 1 : j;
            columns_of(p, a + walk.a, b + walk.b, j, second, output, scratch);
        }
        output += p->rows * p->columns;
    } while (mcuq_next(&walk, 3, p->batches, p->a_batches, p->b_batches));
}
