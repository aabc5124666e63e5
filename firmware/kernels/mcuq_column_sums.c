/* Sums of two columns, for weights that are stored with an offset of 8. */
#include "mcuq_assembly.h"
#include "mcuq_columns.h"
#include "mcuq_instructions.h"

#if defined(__ARM_FEATURE_DSP)

/* clang-format off */
#if defined(MCUQ_DUAL_ISSUE)
#define LOAD_FOUR \
    "ldrd r4, r5, [r0], #16\n" \
    "ldrd r6, r7, [r0, #-8]\n"
#else
#define LOAD_FOUR "ldmia r0!, {r4-r7}\n"
#endif

#define ADD_FOUR \
    LOAD_FOUR \
    "smlad r2, r4, r12, r2\n" \
    "smlad r3, r5, r12, r3\n" \
    "smlad r2, r6, r12, r2\n" \
    "smlad r3, r7, r12, r3\n"

/* r0 columns, r1 words left (a multiple of 4), r2 and r3 sums, r12 ones; the loop takes eight
 * words, entered halfway where they are an odd multiple of four. */
MCUQ_ASSEMBLY void mcuq_column_sums(int32_t *columns, int32_t words)
{
    __asm__ volatile(
        "push {r0, r4-r7}\n"
        "adds r0, r0, #8\n"
        "movs r2, #0\n"
        "movs r3, #0\n"
        "mov r12, #0x00010001\n"
        "tst r1, #4\n"
        "beq 1f\n"
        "adds r1, r1, #4\n"
        "b 2f\n"
        "1:\n"
        ADD_FOUR
        "2:\n"
        ADD_FOUR
        "subs r1, r1, #8\n"
        "bgt 1b\n"
        "pop {r0, r4-r7}\n"
        "lsls r2, r2, #3\n"
        "lsls r3, r3, #3\n"
        "rsbs r2, r2, #0\n"
        "rsbs r3, r3, #0\n"
        "strd r2, r3, [r0]\n"
        "bx lr\n");
}
/* clang-format on */

#else

void mcuq_column_sums(int32_t *columns, int32_t words)
{
    const int32_t ones = 0x00010001;
    int32_t first = 0;
    int32_t second = 0;
    const int32_t *end = columns + MCUQ_COLUMN_HEADER + words;
    for (const int32_t *c = columns + MCUQ_COLUMN_HEADER; c < end; c += 2) {
        first = mcuq_dual_multiply(c[0], ones, first);
        second = mcuq_dual_multiply(c[1], ones, second);
    }
    columns[0] = -8 * first;
    columns[1] = -8 * second;
}

#endif
