/* Copy memory that may overlap. */
#include "string.h"
#include "words.h"

void *memmove(void *to, const void *from, size_t count)
{
    uint8_t *out = to;
    const uint8_t *in = from;
    if ((uintptr_t)out - (uintptr_t)in >= count) {
        return memcpy(to, from, count);
    }
    while (count > 0u) {
        count--;
        out[count] = in[count];
    }
    return to;
}

void *__aeabi_memmove(void *to, const void *from, size_t count) __attribute__((alias("memmove")));
void *__aeabi_memmove4(void *to, const void *from, size_t count) __attribute__((alias("memmove")));
void *__aeabi_memmove8(void *to, const void *from, size_t count) __attribute__((alias("memmove")));
