/* Two pixels' bytes, four at a time, into interleaved int16 columns. */
#include "mcuq_assembly.h"
#include "mcuq_columns.h"
#include "mcuq_instructions.h"

#if defined(__ARM_FEATURE_MVE)

/* clang-format off */

/* r0 and r1 pixels, gathered in packed order, r2 words, r3 columns; two words a step. */
MCUQ_ASSEMBLY void mcuq_unpack_words(
    const int8_t *first, const int8_t *second, int32_t words, int32_t *columns)
{
    __asm__ volatile(
        "push {r4-r7, lr}\n"
        "adr r5, 9f\n"
        "vldrh.u16 q3, [r5]\n"
        "lsrs lr, r2, #1\n"
        "wls lr, lr, 2f\n"
        "1:\n"
        "vldrb.s16 q0, [r0, q3]\n"
        "vldrb.s16 q1, [r1, q3]\n"
        "adds r0, r0, #8\n"
        "adds r1, r1, #8\n"
        "vst20.32 {q0, q1}, [r3]\n"
        "vst21.32 {q0, q1}, [r3]!\n"
        "le lr, 1b\n"
        "2:\n"
        "tst r2, #1\n"
        "beq 3f\n"
        "ldr r4, [r0]\n"
        "ldr r5, [r1]\n"
        "sxtb16 r6, r4, ror #8\n"
        "sxtb16 r7, r5, ror #8\n"
        "sxtb16 r4, r4\n"
        "sxtb16 r5, r5\n"
        "stmia r3!, {r4-r7}\n"
        "3:\n"
        "pop {r4-r7, pc}\n"
        ".align 2\n"
        "9:\n"
        ".hword 0, 2, 1, 3, 4, 6, 5, 7\n"
    );
}
/* clang-format on */

#else

void mcuq_unpack_words(const int8_t *first, const int8_t *second, int32_t words, int32_t *columns)
{
    for (int32_t i = 0; i < 4 * words; i += 4) {
        const uint32_t a = mcuq_load_word(first + i);
        const uint32_t b = mcuq_load_word(second + i);
        columns[i] = mcuq_even_bytes(a);
        columns[i + 1] = mcuq_even_bytes(b);
        columns[i + 2] = mcuq_odd_bytes(a);
        columns[i + 3] = mcuq_odd_bytes(b);
    }
}

#endif
