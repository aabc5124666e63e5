/* Ternary weights, five a byte, to 2-bit fields, sixteen a word. */
#include "mcuq_sub_byte.h"

/* The three digits of a number below 27 as 2-bit fields. */
static const uint8_t three_fields[27] = {
    0x00, 0x01, 0x02, 0x04, 0x05, 0x06, 0x08, 0x09, 0x0A,
    0x10, 0x11, 0x12, 0x14, 0x15, 0x16, 0x18, 0x19, 0x1A,
    0x20, 0x21, 0x22, 0x24, 0x25, 0x26, 0x28, 0x29, 0x2A,
};

/* The five digits of a byte below 243; the division by 9 is exact for these. */
static inline uint32_t five_fields(uint32_t byte)
{
    const uint32_t upper = byte * 57 >> 9;
    return three_fields[byte - 9 * upper] | (uint32_t)three_fields[upper] << 4;
}

/* Four bytes make 40 bits of fields: those that are over wait for the next four. */
void mcuq_unpack_ternary(const int32_t *packed, int32_t words, int32_t *fields, uint32_t flip)
{
    const uint8_t *bytes = (const uint8_t *)packed;
    const uint32_t one_more = 0x55555555;
    uint32_t held = 0;
    uint32_t bits = 0;
    for (const int32_t *end = fields + words; fields != end; bytes += 4) {
        const uint32_t last = five_fields(bytes[3]);
        const uint32_t low = five_fields(bytes[0]) | five_fields(bytes[1]) << 10 |
                             five_fields(bytes[2]) << 20 | last << 30;
        *fields++ = (int32_t)(((held | low << bits) + one_more) ^ flip);
        held = low >> 1 >> (31 - bits) | last >> 2 << bits;
        bits += 8;
        if (bits == 32 && fields != end) {
            *fields++ = (int32_t)((held + one_more) ^ flip);
            held = 0;
            bits = 0;
        }
    }
}
