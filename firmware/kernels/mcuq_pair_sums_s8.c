/* Two output channels times two columns by single multiplications, int8 weights: see
 * mcuq_columns.h. */
#include "mcuq_assembly.h"
#include "mcuq_columns.h"

#if defined(MCUQ_SHORT_THUMB)

#include "mcuq_short_thumb.h"

/* clang-format off */

/* r8 and r9 gain the lower channel's products with either column, r10 and r11 those of the nested
 * weights; r2 weights, r3 and r4 inputs, r5 and r6 the lower ones. */
#define TAKE_PAIR(offset) \
    "ldmia r1!, {r3, r4}\n" \
    "ldr r2, [r0, #" offset "]\n" \
    "sxth r5, r3\n" \
    "sxth r6, r4\n" \
    "sxtb r7, r2\n" \
    "muls r7, r5, r7\n" \
    "add r8, r7\n" \
    "sxtb r7, r2\n" \
    "muls r7, r6, r7\n" \
    "add r9, r7\n" \
    "sxth r7, r2\n" \
    "muls r5, r7, r5\n" \
    "add r10, r5\n" \
    "muls r6, r7, r6\n" \
    "add r11, r6\n" \
    "asrs r3, r3, #16\n" \
    "asrs r4, r4, #16\n" \
    "asrs r2, r2, #16\n" \
    "sxtb r7, r2\n" \
    "muls r7, r3, r7\n" \
    "add r8, r7\n" \
    "sxtb r7, r2\n" \
    "muls r7, r4, r7\n" \
    "add r9, r7\n" \
    "muls r3, r2, r3\n" \
    "add r10, r3\n" \
    "muls r4, r2, r4\n" \
    "add r11, r4\n"

/* r0 weights, r1 columns, r12 their end; the loop takes eight inputs, entered halfway where the depth
 * is an odd multiple of four. 28 instructions for 8 multiply-accumulates. */
MCUQ_ASSEMBLY void mcuq_pair_sums_s8(
    const int32_t *weights, const int32_t *columns, const int32_t *end, int32_t sums[4])
{
    __asm__ volatile(
        MCUQ_SHORT_BEGIN
        "mov r12, r2\n"
        "subs r2, r2, r1\n"
        "lsls r2, r2, #27\n"
        "bpl 1f\n"
        "subs r0, r0, #16\n"
        "b 2f\n"
        "1:\n"
        TAKE_PAIR("0")
        TAKE_PAIR("8")
        "2:\n"
        TAKE_PAIR("16")
        TAKE_PAIR("24")
        "adds r0, r0, #32\n"
        "cmp r1, r12\n"
        "bne 1b\n"
        MCUQ_SHORT_SUMS
        "subs r6, r6, r4\n"
        "asrs r6, r6, #8\n"
        "subs r7, r7, r5\n"
        "asrs r7, r7, #8\n"
        "stmia r3!, {r4-r7}\n"
        MCUQ_SHORT_END);
}
/* clang-format on */

#else

void mcuq_pair_sums_s8(
    const int32_t *weights, const int32_t *columns, const int32_t *end, int32_t sums[4])
{
    uint32_t low0 = 0;
    uint32_t low1 = 0;
    uint32_t both0 = 0;
    uint32_t both1 = 0;
    for (; columns < end; columns += 2, weights += 2) {
        const int32_t first = (int16_t)(*weights & 0xFFFF);
        const int32_t second = *weights >> 16;
        int32_t x = (int16_t)(columns[0] & 0xFFFF);
        both0 += (uint32_t)(x * first);
        low0 += (uint32_t)(x * (int8_t)(first & 0xFF));
        x = columns[0] >> 16;
        both0 += (uint32_t)(x * second);
        low0 += (uint32_t)(x * (int8_t)(second & 0xFF));
        x = (int16_t)(columns[1] & 0xFFFF);
        both1 += (uint32_t)(x * first);
        low1 += (uint32_t)(x * (int8_t)(first & 0xFF));
        x = columns[1] >> 16;
        both1 += (uint32_t)(x * second);
        low1 += (uint32_t)(x * (int8_t)(second & 0xFF));
    }
    sums[0] = (int32_t)low0;
    sums[1] = (int32_t)low1;
    sums[2] = mcuq_nested_difference((int32_t)both0, (int32_t)low0, 8);
    sums[3] = mcuq_nested_difference((int32_t)both1, (int32_t)low1, 8);
}

#endif
