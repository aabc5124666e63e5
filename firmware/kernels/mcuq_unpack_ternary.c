/* Ternary weights, five a byte, to 2-bit fields, sixteen a word. */
#include "mcuq_sub_byte.h"

/* The five digits of a byte below 243, each minus 1, as 2-bit fields. With q(n) = byte / 3^n, digit n is
 * q(n) - 3 q(n + 1), so that the digits' fields are byte + q(1) + 4 q(2) + 16 q(3) + 64 q(4). The
 * divisions are exact for every byte. */
static uint32_t five_fields(uint32_t byte)
{
    const uint32_t fields = byte + (byte * 171 >> 9) + 4 * (byte * 57 >> 9) +
                            16 * (byte * 19 >> 9) + 64 * (byte * 203 >> 14);
    return (fields + 0x155) ^ 0x2AA;
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
