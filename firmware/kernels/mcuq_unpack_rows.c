/* Rows of two windows into interleaved int16 columns. */
#include "mcuq_assembly.h"
#include "mcuq_columns.h"

#if defined(__ARM_FEATURE_DSP) && !defined(__ARM_FEATURE_MVE)

/* clang-format off */

/* Orders of instructions: see mcuq_multiply_dsp.h. */
#if defined(MCUQ_DUAL_ISSUE)
#define SPREAD_AND_STORE \
    "sxtb16 r6, r4, ror #8\n" \
    "sxtb16 r4, r4\n" \
    "str r6, [r3, #8]\n" \
    "sxtb16 r7, r5, ror #8\n" \
    "str r4, [r3], #16\n" \
    "sxtb16 r5, r5\n" \
    "str r7, [r3, #-4]\n" \
    "str r5, [r3, #-12]\n"
#else
#define SPREAD_AND_STORE \
    "sxtb16 r6, r4, ror #8\n" \
    "sxtb16 r7, r5, ror #8\n" \
    "sxtb16 r4, r4\n" \
    "sxtb16 r5, r5\n" \
    "str r4, [r3], #16\n" \
    "str r5, [r3, #-12]\n" \
    "str r6, [r3, #-8]\n" \
    "str r7, [r3, #-4]\n"
#endif

#define WORD \
    "ldr r4, [r0], #4\n" \
    "ldr r5, [r1], #4\n" \
    SPREAD_AND_STORE

/* r0 and r1 windows, r2 whole words of a row, r3 columns, r8 rows, r9 from a row's last whole word
 * to the next row, r12 words left; the loop takes two words, entered halfway where their number is
 * odd. The last 1 to 3 bytes of a row are the end of the word that ends there (r11: how far it
 * begins from the whole words' end, r10: bits of it that they have). */
MCUQ_ASSEMBLY void mcuq_unpack_rows(const int8_t *first, const int8_t *second, int32_t size,
    int32_t *columns, int32_t rows, int32_t pitch)
{
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "ldr r8, [sp, #36]\n"
        "ldr r9, [sp, #40]\n"
        "bic r4, r2, #3\n"
        "and r11, r2, #3\n"
        "sub r9, r9, r4\n"
        "subs r11, r11, #4\n"
        "lsrs r2, r2, #2\n"
        "rsb r10, r11, #0\n"
        "lsl r10, r10, #3\n"
        "1:\n"
        "mov r12, r2\n"
        "tst r2, #1\n"
        "beq 2f\n"
        "add r12, r12, #1\n"
        "b 3f\n"
        "2:\n"
        WORD
        "3:\n"
        WORD
        "subs r12, r12, #2\n"
        "bne 2b\n"
        "cmp r11, #-4\n"
        "beq 4f\n"
        "ldr r4, [r0, r11]\n"
        "ldr r5, [r1, r11]\n"
        "lsr r4, r4, r10\n"
        "lsr r5, r5, r10\n"
        SPREAD_AND_STORE
        "4:\n"
        "add r0, r0, r9\n"
        "add r1, r1, r9\n"
        "subs r8, r8, #1\n"
        "bne 1b\n"
        "pop {r4-r11, pc}\n");
}
/* clang-format on */

#else

void mcuq_unpack_rows(const int8_t *first, const int8_t *second, int32_t size, int32_t *columns,
    int32_t rows, int32_t pitch)
{
    for (; rows > 0; rows--, first += pitch, second += pitch, columns += (size + 3) / 4 * 4) {
        mcuq_unpack_2(first, second, size, columns);
    }
}

#endif
