/* Ternary weights, five a byte, to 2-bit fields, sixteen a word. */
#include "mcuq_sub_byte.h"

/* The five digits of each of two bytes below 243, one in either half, as 2-bit fields of a digit and
 * one. With q(n) = byte / 3^n, digit n is q(n) - 3 q(n + 1), so that the digits' fields are byte +
 * q(1) + 4 q(2) + 16 q(3) + 64 q(4). The divisions are exact for every byte, and their products stay
 * in their halves. */
static uint32_t five_fields(uint32_t bytes)
{
    return bytes + (bytes * 171 >> 9 & 0x007F007Fu) + 4 * (bytes * 57 >> 9 & 0x001F001Fu) +
           16 * (bytes * 19 >> 9 & 0x000F000Fu) + 64 * (bytes * 203 >> 14 & 0x00030003u) +
           0x01550155u;
}

/* Four bytes make 40 bits of fields: those that are over wait for the next four. */
void mcuq_unpack_ternary(const int32_t *packed, int32_t words, int32_t *fields, uint32_t flip)
{
    uint32_t held = 0;
    uint32_t bits = 0;
    for (const int32_t *end = fields + words; fields != end;) {
        const uint32_t four = (uint32_t)*packed++;
        const uint32_t even = five_fields(four & 0x00FF00FFu);
        const uint32_t odd = five_fields(four >> 8 & 0x00FF00FFu);
        const uint32_t first = (even & 0x3FF) | (odd & 0x3FF) << 10 | even >> 16 << 20;
        const uint32_t last = odd >> 16;
        const uint32_t low = first | last << 30;
        *fields++ = (int32_t)((held | low << bits) ^ flip);
        held = low >> 1 >> (31 - bits) | last >> 2 << bits;
        bits += 8;
        if (bits == 32 && fields != end) {
            *fields++ = (int32_t)(held ^ flip);
            held = 0;
            bits = 0;
        }
    }
}
