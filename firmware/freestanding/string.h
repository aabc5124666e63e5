/* What the runtime and the kernels take of a C library, for a compiler that comes without one. */
#ifndef MCUQ_FREESTANDING_STRING_H
#define MCUQ_FREESTANDING_STRING_H

#include <stddef.h>

int memcmp(const void *left, const void *right, size_t count);
void *memcpy(void *restrict to, const void *restrict from, size_t count);
void *memmove(void *to, const void *from, size_t count);
void *memset(void *to, int value, size_t count);

#endif
