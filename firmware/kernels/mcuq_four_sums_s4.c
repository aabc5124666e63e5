/* Four output channels times two columns, int4 weights: see mcuq_columns.h. */
#include "mcuq_assembly.h"
#include "mcuq_columns.h"

#if defined(MCUQ_SHORT_THUMB)

#include "mcuq_four_sums.h"

/* clang-format off */

/* A digit of the word in r2 times both inputs in `pair`: the first column's product in the lower
 * half, the second's in the upper one. */
#define TAKE_DIGIT(pair, left, sum) \
    "lsls r7, r2, #" left "\n" \
    "lsrs r7, r7, #28\n" \
    "muls r7, " pair ", r7\n" \
    "add " sum ", r7\n"

#define TAKE_DIGITS(pair) \
    TAKE_DIGIT(pair, "28", "r8") \
    TAKE_DIGIT(pair, "24", "r9") \
    TAKE_DIGIT(pair, "20", "r10") \
    "sxth r7, r2\n" \
    "asrs r7, r7, #12\n" \
    "muls r7, " pair ", r7\n" \
    "add r11, r7\n"

#define TAKE_PAIR \
    "ldmia r1!, {r3, r4}\n" \
    "ldmia r0!, {r2}\n" \
    MCUQ_LOWER_INPUTS \
    TAKE_DIGITS("r5") \
    "lsrs r2, r2, #16\n" \
    MCUQ_UPPER_INPUTS \
    TAKE_DIGITS("r3")

/* Digits are -8 to 15. 42 instructions for 16 multiply-accumulates. */
MCUQ_ASSEMBLY void mcuq_four_sums_s4(
    const int32_t *weights, const int32_t *columns, int32_t words, int32_t sums[8])
{
    __asm__ volatile(
        MCUQ_FOUR_SUMS(
            "stmia r3!, {r4, r5}\n"
            "stmia r3!, {r4, r5}\n"
            "stmia r3!, {r4, r5}\n"
            "stmia r3!, {r6, r7}\n",
            TAKE_PAIR TAKE_PAIR));
}
/* clang-format on */

#else

/* Sums of a pair of channels for two columns, by single multiplications: of channels a and b in
 * the low bytes of the weights' halves, or (high) of c and d in the high bytes. */
static inline void pair_sums(const int32_t *weights, const int32_t *columns, const int32_t *end,
    int32_t high, int32_t sums[4])
{
    int32_t low0 = columns[0];
    int32_t low1 = columns[1];
    /* d is stored signed, b with the offset that the correction takes off. */
    int32_t both0 = high ? low0 : 17 * low0;
    int32_t both1 = high ? low1 : 17 * low1;
    for (columns += MCUQ_COLUMN_HEADER; columns < end; columns += 2, weights++) {
        const int32_t first = high ? (int16_t)(*weights & 0xFFFF) >> 8 : *weights & 0xFF;
        const int32_t second = high ? *weights >> 24 : *weights >> 16 & 0xFF;
        int32_t x = (int16_t)(columns[0] & 0xFFFF);
        both0 += x * first;
        low0 += x * (first & 0xF);
        x = columns[0] >> 16;
        both0 += x * second;
        low0 += x * (second & 0xF);
        x = (int16_t)(columns[1] & 0xFFFF);
        both1 += x * first;
        low1 += x * (first & 0xF);
        x = columns[1] >> 16;
        both1 += x * second;
        low1 += x * (second & 0xF);
    }
    sums[0] = low0;
    sums[1] = low1;
    sums[2] = mcuq_nested_difference(both0, low0, 4);
    sums[3] = mcuq_nested_difference(both1, low1, 4);
}

void mcuq_four_sums_s4(
    const int32_t *weights, const int32_t *columns, int32_t words, int32_t sums[8])
{
    const int32_t *end = columns + MCUQ_COLUMN_HEADER + words;
    pair_sums(weights, columns, end, 0, sums);
    pair_sums(weights, columns, end, 1, sums + 4);
}

#endif
