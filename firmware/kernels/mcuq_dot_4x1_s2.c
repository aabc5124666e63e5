/* Four output channels with int2 weights times one row of input bytes: see mcuq_sub_byte.h. */
#include "mcuq_columns.h"
#include "mcuq_instructions.h"
#include "mcuq_sub_byte.h"

void mcuq_dot_4x1_s2(
    const int32_t *weights, const int8_t *input, int32_t groups, int32_t sums[4], int32_t correction)
{
    int32_t nested[4];
    mcuq_start_nested(nested, correction, 1);
    for (; groups > 0; groups--, input += 4) {
        const uint32_t word = mcuq_load_word(input);
        const uint32_t fields = (uint32_t)*weights++;
        mcuq_nested_multiply(nested, mcuq_nested_fields(fields), mcuq_even_bytes(word), 1);
        mcuq_nested_multiply(nested, mcuq_nested_fields(fields >> 16), mcuq_odd_bytes(word), 1);
    }
    mcuq_split_nested(nested, sums, 1);
}
