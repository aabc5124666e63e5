/* Four output channels times two columns, int4 weights: see mcuq_columns.h. */
#include "mcuq_assembly.h"
#include "mcuq_columns.h"

#if defined(MCUQ_SHORT_THUMB)

#include "mcuq_short_thumb.h"

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
    "lsls r5, r4, #16\n" \
    "sxth r6, r3\n" \
    "adds r5, r5, r6\n" \
    TAKE_DIGITS("r5") \
    "lsrs r2, r2, #16\n" \
    "asrs r3, r3, #16\n" \
    "lsrs r4, r4, #16\n" \
    "lsls r4, r4, #16\n" \
    "adds r3, r3, r4\n" \
    TAKE_DIGITS("r3")

/* Both halves of a sum to those in memory at r2, moved on; clears it (r7 is 0). */
#define KEEP(sum) \
    "mov r3, " sum "\n" \
    "mov " sum ", r7\n" \
    "sxth r4, r3\n" \
    "subs r3, r3, r4\n" \
    "asrs r3, r3, #16\n" \
    "ldr r5, [r2]\n" \
    "ldr r6, [r2, #4]\n" \
    "adds r5, r5, r4\n" \
    "adds r6, r6, r3\n" \
    "stmia r2!, {r5, r6}\n"

/* r0 weights, r1 columns, r12 their end, lr that of sixteen inputs: as many products of digits, from
 * -8 to 15, stay in the halves of r8-r11. 42 instructions for 16 multiply-accumulates. */
MCUQ_ASSEMBLY void mcuq_four_sums_s4(
    const int32_t *weights, const int32_t *columns, int32_t words, int32_t sums[8])
{
    __asm__ volatile(
        MCUQ_SHORT_BEGIN
        "lsls r2, r2, #2\n"
        "ldmia r1!, {r4, r5}\n"
        "adds r2, r2, r1\n"
        "mov r12, r2\n"
        "movs r6, #0\n"
        "movs r7, #0\n"
        "stmia r3!, {r4, r5}\n"
        "stmia r3!, {r4, r5}\n"
        "stmia r3!, {r4, r5}\n"
        "stmia r3!, {r6, r7}\n"
        "1:\n"
        "movs r2, r1\n"
        "adds r2, r2, #64\n"
        "cmp r2, r12\n"
        "bls 2f\n"
        "mov r2, r12\n"
        "2:\n"
        "mov lr, r2\n"
        "3:\n"
        TAKE_PAIR
        TAKE_PAIR
        "cmp r1, lr\n"
        "bne 3b\n"
        "ldr r2, [sp]\n"
        "movs r7, #0\n"
        KEEP("r8")
        KEEP("r9")
        KEEP("r10")
        KEEP("r11")
        "cmp r1, r12\n"
        "bne 4f\n"
        "pop {r3}\n"
        MCUQ_SHORT_END
        "4:\n"
        "b 1b\n");
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
