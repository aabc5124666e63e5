/* Words of nested narrow weights as those of nested int8 ones: see mcuq_columns.h and
 * mcuq_sub_byte.h. */
#ifndef MCUQ_WIDEN_H
#define MCUQ_WIDEN_H

#include "mcuq_kernels.h"
#include "mcuq_sub_byte.h"

/* Halves 256 upper + lower of unsigned digits, less `offset` each; the top bits keep borrows from
 * crossing halves. */
static inline int32_t mcuq_nested_digits(uint32_t lower, uint32_t upper, uint32_t offset)
{
    const uint32_t both = lower | upper << 8 | 0x80008000u;
    return (int32_t)((both - offset * 0x01010101u) ^ 0x80008000u);
}

/* A pair of inputs. */
static inline void mcuq_widen_s4_word(uint32_t word, int32_t *to)
{
    const uint32_t nibble = 0x000F000Fu;
    const uint32_t unsigned_d = word ^ 0x80008000u;
    to[0] = mcuq_nested_digits(word & nibble, word >> 4 & nibble, 8);
    to[1] = mcuq_nested_digits(word >> 8 & nibble, unsigned_d >> 12 & nibble, 8);
}

/* Four inputs: bytes 0 and 2 are a pair, 1 and 3 the next one. */
static inline void mcuq_widen_s2_word(uint32_t word, int32_t *to)
{
    const uint32_t field = 0x00030003u;
    to[0] = mcuq_nested_digits(word & field, word >> 2 & field, 2);
    to[1] = mcuq_nested_digits(word >> 4 & field, word >> 6 & field, 2);
    to[2] = mcuq_nested_digits(word >> 8 & field, word >> 10 & field, 2);
    to[3] = mcuq_nested_digits(word >> 12 & field, word >> 14 & field, 2);
}

#endif
