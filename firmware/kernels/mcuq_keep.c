/* A value as it is: the new one of a state that no operator can write in place. */
#include <string.h>

#include "mcuq_kernels.h"

void mcuq_keep(int32_t bytes, const void *value, void *state)
{
    memcpy(state, value, (size_t)bytes);
}
