/* Two pixels' bytes into interleaved int16 columns. */
#include "mcuq_columns.h"
#include "mcuq_instructions.h"

/* 1 to 3 bytes as a word. */
static uint32_t load_rest(const int8_t *p, int32_t count)
{
    uint32_t word = (uint8_t)p[0];
    if (count > 1) {
        word |= (uint32_t)(uint8_t)p[1] << 8;
    }
    if (count > 2) {
        word |= (uint32_t)(uint8_t)p[2] << 16;
    }
    return word;
}

void mcuq_unpack_2(const int8_t *first, const int8_t *second, int32_t count, int32_t *columns)
{
#if defined(__ARM_FEATURE_DSP) && !defined(__ARM_FEATURE_MVE)
    const int32_t whole = 0;
    if (count >= 4) {
        mcuq_unpack_rows(first, second, count, columns, 1, 0);
        return;
    }
#else
    const int32_t whole = count / 4 * 4;
    mcuq_unpack_words(first, second, count / 4, columns);
#endif
    if (whole < count) {
        const uint32_t a = load_rest(first + whole, count - whole);
        const uint32_t b = load_rest(second + whole, count - whole);
        columns[whole] = mcuq_even_bytes(a);
        columns[whole + 1] = mcuq_even_bytes(b);
        columns[whole + 2] = mcuq_odd_bytes(a);
        columns[whole + 3] = mcuq_odd_bytes(b);
    }
}
