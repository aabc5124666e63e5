/* Additions where one operand's scale is the common one. */
#ifndef MCUQ_ALIGNED_ADD_H
#define MCUQ_ALIGNED_ADD_H

#include <stdint.h>

/* Constants of mcuq_add_aligned_s8: the first operand is a × 2^19 + a_offset, the second
 * (b × 2^21 + b_offset) × b_multiplier / 2^32, shifted right by b_shift with rounding. */
typedef struct {
    int32_t a_offset;
    int32_t b_offset;
    int32_t b_multiplier;
    int32_t b_rounding;
    int32_t b_shift;
    int32_t multiplier;
    int32_t rounding;
    int32_t shift;
} mcuq_aligned_add;

/* output may be a or b. */
void mcuq_add_aligned_s8(const int8_t *a, const int8_t *b, int8_t *output,
    const mcuq_aligned_add *constants, int32_t count);

#endif
