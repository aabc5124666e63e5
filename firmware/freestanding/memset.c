/* Fill memory. Arm's own names have the operands the other way round. */
#include "string.h"
#include "words.h"

void __aeabi_memset(void *to, size_t count, int value);
void __aeabi_memset4(void *to, size_t count, int value) __attribute__((alias("__aeabi_memset")));
void __aeabi_memset8(void *to, size_t count, int value) __attribute__((alias("__aeabi_memset")));
void __aeabi_memclr(void *to, size_t count);
void __aeabi_memclr4(void *to, size_t count) __attribute__((alias("__aeabi_memclr")));
void __aeabi_memclr8(void *to, size_t count) __attribute__((alias("__aeabi_memclr")));

void __aeabi_memset(void *to, size_t count, int value)
{
    uint8_t *out = to;
    if (mcuq_on_words(to, to)) {
        mcuq_word *wide = to;
        mcuq_word filled = (uint8_t)value * UINT32_C(0x01010101);
        for (; count >= MCUQ_WORD; count -= MCUQ_WORD) {
            *wide++ = filled;
        }
        out = (uint8_t *)wide;
    }
    while (count-- > 0u) {
        *out++ = (uint8_t)value;
    }
}

void *memset(void *to, int value, size_t count)
{
    __aeabi_memset(to, count, value);
    return to;
}

void __aeabi_memclr(void *to, size_t count)
{
    __aeabi_memset(to, count, 0);
}
