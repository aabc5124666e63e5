/* Ternary weights, five a byte, to 2-bit fields, sixteen a word. */
#include "mcuq_sub_byte.h"

/* The five digits of a byte below 243, each minus 1, as 2-bit fields. */
static uint32_t five_fields(uint32_t byte)
{
    uint32_t fields = 0;
    for (uint32_t shift = 0; shift < 10; shift += 2) {
        /* byte / 3, exact for what a byte can hold. */
        const uint32_t quotient = byte * 171 >> 9;
        fields |= ((byte - 3 * quotient - 1) & 3) << shift;
        byte = quotient;
    }
    return fields;
}

void mcuq_unpack_ternary(const int32_t *packed, int32_t words, int32_t *fields)
{
    const uint8_t *bytes = (const uint8_t *)packed;
    uint64_t held = 0;
    uint32_t bits = 0;
    while (words > 0) {
        held |= (uint64_t)five_fields(*bytes++) << bits;
        bits += 10;
        if (bits >= 32) {
            *fields++ = (int32_t)(uint32_t)held;
            held >>= 32;
            bits -= 32;
            words--;
        }
    }
}
