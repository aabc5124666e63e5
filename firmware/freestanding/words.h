/* Memory a word at a time, where the core and the addresses allow it. */
#ifndef MCUQ_FREESTANDING_WORDS_H
#define MCUQ_FREESTANDING_WORDS_H

#include <stddef.h>
#include <stdint.h>

/* May be anything else as well: what is copied has types of its own. */
typedef uint32_t __attribute__((may_alias)) mcuq_word;

#define MCUQ_WORD sizeof(mcuq_word)

static inline int mcuq_on_words(const void *first, const void *second)
{
    return (((uintptr_t)first | (uintptr_t)second) % MCUQ_WORD) == 0u;
}

#endif
