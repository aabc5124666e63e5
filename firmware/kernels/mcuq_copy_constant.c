/* A constant that a layer reads many times, copied to where a read does not wait. */
#include "mcuq_kernels.h"

typedef struct {
    int32_t words[4];
} four_words;

const void *mcuq_copy_constant(void *copy, const void *constant, uint32_t bytes)
{
    four_words *to = copy;
    const four_words *from = constant;
    for (const four_words *end = from + bytes / sizeof *from; from != end; from++, to++) {
        *to = *from;
    }
    return copy;
}
