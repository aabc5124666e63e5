/* Four output channels times two columns, int2 weights: see mcuq_sub_byte.h. */
#include "mcuq_assembly.h"
#include "mcuq_columns.h"
#include "mcuq_sub_byte.h"

#if defined(MCUQ_SHORT_THUMB)

#include "mcuq_four_sums.h"

/* clang-format off */

/* A field of the word in r2 times both inputs in `pair`. */
#define TAKE_FIELD(pair, left, sum) \
    "lsls r7, r2, #" left "\n" \
    "lsrs r7, r7, #30\n" \
    "muls r7, " pair ", r7\n" \
    "add " sum ", r7\n"

#define TAKE_FIELDS(pair, a, b, c, d) \
    TAKE_FIELD(pair, a, "r8") \
    TAKE_FIELD(pair, b, "r9") \
    TAKE_FIELD(pair, c, "r10") \
    TAKE_FIELD(pair, d, "r11")

#define EVEN_PAIR \
    "ldmia r1!, {r3, r4}\n" \
    MCUQ_LOWER_INPUTS \
    TAKE_FIELDS("r5", "30", "28", "26", "24") \
    MCUQ_UPPER_INPUTS \
    TAKE_FIELDS("r3", "14", "12", "10", "8")

#define ODD_PAIR \
    "ldmia r1!, {r3, r4}\n" \
    MCUQ_LOWER_INPUTS \
    TAKE_FIELDS("r5", "22", "20", "18", "16") \
    MCUQ_UPPER_INPUTS \
    TAKE_FIELDS("r3", "6", "4", "2", "0")

/* The header's -8 × Σ input is divided by four: fields count every weight 2 too high. 81 instructions
 * for 32 multiply-accumulates. */
MCUQ_ASSEMBLY void mcuq_four_sums_s2(
    const int32_t *weights, const int32_t *columns, int32_t words, int32_t sums[8])
{
    __asm__ volatile(
        MCUQ_FOUR_SUMS(
            "asrs r4, r4, #2\n"
            "asrs r5, r5, #2\n"
            "stmia r3!, {r4, r5}\n"
            "stmia r3!, {r4, r5}\n"
            "stmia r3!, {r4, r5}\n"
            "stmia r3!, {r4, r5}\n",
            "ldmia r0!, {r2}\n"
            EVEN_PAIR ODD_PAIR));
}
/* clang-format on */

#else

void mcuq_four_sums_s2(
    const int32_t *weights, const int32_t *columns, int32_t words, int32_t sums[8])
{
    int32_t nested[8];
    for (int32_t column = 0; column < 2; column++) {
        mcuq_start_nested(nested + column, columns[column], 2);
    }
    const int32_t *x = columns + MCUQ_COLUMN_HEADER;
    for (const int32_t *end = x + words; x < end; x += 4) {
        const uint32_t fields = (uint32_t)*weights++;
        const int32_t first = mcuq_nested_fields(fields);
        const int32_t second = mcuq_nested_fields(fields >> 8);
        for (int32_t column = 0; column < 2; column++) {
            mcuq_nested_multiply(nested + column, first, x[column], 2);
            mcuq_nested_multiply(nested + column, second, x[2 + column], 2);
        }
    }
    for (int32_t column = 0; column < 2; column++) {
        mcuq_split_nested(nested + column, sums + column, 2);
    }
}

#endif
