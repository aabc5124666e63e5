/* Copy memory that does not overlap; also under the names that compilers for Arm call it by, whose
 * result nobody looks at. */
#include "string.h"
#include "words.h"

void *memcpy(void *restrict to, const void *restrict from, size_t count)
{
    uint8_t *out = to;
    const uint8_t *in = from;
    if (mcuq_on_words(to, from)) {
        mcuq_word *wide = to;
        const mcuq_word *source = from;
        for (; count >= 4u * MCUQ_WORD; count -= 4u * MCUQ_WORD) {
            mcuq_word a = source[0], b = source[1], c = source[2], d = source[3];
            wide[0] = a;
            wide[1] = b;
            wide[2] = c;
            wide[3] = d;
            wide += 4;
            source += 4;
        }
        for (; count >= MCUQ_WORD; count -= MCUQ_WORD) {
            *wide++ = *source++;
        }
        out = (uint8_t *)wide;
        in = (const uint8_t *)source;
    }
    while (count-- > 0u) {
        *out++ = *in++;
    }
    return to;
}

void *__aeabi_memcpy(void *restrict to, const void *restrict from, size_t count)
    __attribute__((alias("memcpy")));
void *__aeabi_memcpy4(void *restrict to, const void *restrict from, size_t count)
    __attribute__((alias("memcpy")));
void *__aeabi_memcpy8(void *restrict to, const void *restrict from, size_t count)
    __attribute__((alias("memcpy")));
