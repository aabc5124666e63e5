/* Two pixels' bytes into interleaved int16 columns. */
#include "mcuq_weighted.h"

void mcuq_unpack_2(const int8_t *first, const int8_t *second, int32_t count, int32_t *columns)
{
    for (; count >= 4; count -= 4) {
        const uint32_t a = mcuq_load_word(first);
        const uint32_t b = mcuq_load_word(second);
        columns[0] = mcuq_even_bytes(a);
        columns[1] = mcuq_even_bytes(b);
        columns[2] = mcuq_odd_bytes(a);
        columns[3] = mcuq_odd_bytes(b);
        first += 4;
        second += 4;
        columns += 4;
    }
    if (count > 0) {
        uint32_t a = 0;
        uint32_t b = 0;
        for (int32_t i = 0; i < count; i++) {
            a |= (uint32_t)(uint8_t)first[i] << 8 * i;
            b |= (uint32_t)(uint8_t)second[i] << 8 * i;
        }
        columns[0] = mcuq_even_bytes(a);
        columns[1] = mcuq_even_bytes(b);
        columns[2] = mcuq_odd_bytes(a);
        columns[3] = mcuq_odd_bytes(b);
    }
}
