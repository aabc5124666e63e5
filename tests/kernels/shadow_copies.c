/* The C library's memory functions, compiled like the kernels so that their accesses are seen. */
#include <stddef.h>
#include <stdint.h>

void *shadow_memcpy(void *to, const void *from, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ((uint8_t *)to)[i] = ((const uint8_t *)from)[i];
    }
    return to;
}

void *shadow_memmove(void *to, const void *from, size_t count)
{
    if ((uintptr_t)to <= (uintptr_t)from) {
        return shadow_memcpy(to, from, count);
    }
    for (size_t i = count; i > 0; i--) {
        ((uint8_t *)to)[i - 1] = ((const uint8_t *)from)[i - 1];
    }
    return to;
}

void *shadow_memset(void *to, int value, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ((uint8_t *)to)[i] = (uint8_t)value;
    }
    return to;
}
