/* What one instruction of the DSP extension does, and the same for cores without it, in C or (the
 * high multiply of cores without a long one) in shorter instructions. Assembly among C is here and
 * nowhere else, in GCC's form, which Clang takes. Whole functions in assembly: mcuq_assembly.h. */
#ifndef MCUQ_INSTRUCTIONS_H
#define MCUQ_INSTRUCTIONS_H

#include <stdint.h>

#include "mcuq_arith.h"

/* a × b / 2^32 rounded to nearest, ties upwards. */
static inline int32_t mcuq_high_multiply(int32_t a, int32_t b)
{
#if defined(__ARM_FEATURE_DSP)
    int32_t result;
    __asm__("smmulr %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
    return result;
#elif defined(__thumb__) && !defined(__thumb2__)
    /* No long multiply: four products of halves, none of the sums leaves int32. The last shift
     * leaves the bit that rounds in the carry. */
    int32_t a_low;
    int32_t b_low;
    int32_t low;
    __asm__(".syntax unified\n"
            "uxth %[al], %[a]\n"
            "uxth %[bl], %[b]\n"
            "asrs %[a], %[a], #16\n"
            "asrs %[b], %[b], #16\n"
            "movs %[low], %[al]\n"
            "muls %[low], %[bl], %[low]\n"
            "lsrs %[low], %[low], #16\n"
            "muls %[bl], %[a], %[bl]\n"
            "adds %[bl], %[bl], %[low]\n"
            "muls %[al], %[b], %[al]\n"
            "uxth %[low], %[bl]\n"
            "adds %[al], %[al], %[low]\n"
            "muls %[a], %[b], %[a]\n"
            "asrs %[bl], %[bl], #16\n"
            "adds %[a], %[a], %[bl]\n"
            "asrs %[al], %[al], #16\n"
            "adcs %[a], %[al]\n"
            : [a] "+l"(a), [b] "+l"(b), [al] "=&l"(a_low), [bl] "=&l"(b_low), [low] "=&l"(low)
            :
            : "cc");
    return a;
#else
    return (int32_t)(((int64_t)a * b + (INT64_C(1) << 31)) >> 32);
#endif
}

/* The same added to c (SMMLAR). */
static inline int32_t mcuq_high_multiply_add(int32_t a, int32_t b, int32_t c)
{
#if defined(__ARM_FEATURE_DSP)
    int32_t result;
    __asm__("smmlar %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(c));
    return result;
#else
    return c + mcuq_high_multiply(a, b);
#endif
}

/* a × b / 2^31 rounded for the multiplier b that `factor` is made of: see mcuq_channel. */
static inline int32_t mcuq_scale(int32_t a, int32_t factor)
{
    return mcuq_high_multiply_add(a, factor, a);
}

/* x / 2^shift rounded to nearest, ties upwards, + c; shift: 1 to 31. */
static inline int32_t mcuq_shift_and_add(int32_t x, int32_t shift, int32_t c)
{
#if defined(__thumb__)
    /* The shift leaves the bit that rounds in the carry. */
    __asm__(".syntax unified\n"
            "asrs %[x], %[x], %[shift]\n"
            "adcs %[x], %[x], %[c]\n"
            : [x] "+l"(x)
            : [shift] "l"(shift), [c] "l"(c)
            : "cc");
    return x;
#else
    return ((x >> (shift - 1)) + 2 * c + 1) >> 1;
#endif
}

static inline int32_t mcuq_saturate(int32_t x)
{
#if defined(__ARM_FEATURE_SAT)
    int32_t result;
    __asm__("ssat %0, #8, %1" : "=r"(result) : "r"(x));
    return result;
#else
    return mcuq_clamp(x, INT8_MIN, INT8_MAX);
#endif
}

/* The four bytes at any address as a word, first byte lowest. */
static inline uint32_t mcuq_load_word(const int8_t *p)
{
#if defined(__ARM_FEATURE_UNALIGNED)
    uint32_t word;
    __builtin_memcpy(&word, p, 4);
    return word;
#else
    return (uint32_t)(uint8_t)p[0] | (uint32_t)(uint8_t)p[1] << 8 | (uint32_t)(uint8_t)p[2] << 16 |
           (uint32_t)(uint8_t)p[3] << 24;
#endif
}

/* The same at an address that is a multiple of four. */
static inline uint32_t mcuq_load_aligned_word(const int8_t *p)
{
    uint32_t word;
    __builtin_memcpy(&word, __builtin_assume_aligned(p, 4), 4);
    return word;
}

/* Bytes 0 and 2 of a word, sign extended to the two halves (SXTB16). */
static inline int32_t mcuq_even_bytes(uint32_t word)
{
#if defined(__ARM_FEATURE_DSP)
    return (int32_t)__sxtb16((int16x2_t)word);
#else
    const uint32_t low = (uint32_t)(int32_t)(int8_t)(word & 0xFF) & 0xFFFF;
    const uint32_t high = (uint32_t)(int32_t)(int8_t)((word >> 16) & 0xFF) & 0xFFFF;
    return (int32_t)(low | high << 16);
#endif
}

static inline int32_t mcuq_odd_bytes(uint32_t word)
{
#if defined(__ARM_FEATURE_DSP)
    int32_t result;
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(result) : "r"(word));
    return result;
#else
    return mcuq_even_bytes(word >> 8 | word << 24);
#endif
}

/* sum + the dot product of two pairs of int16, modulo 2^32 (SMLAD). */
static inline int32_t mcuq_dual_multiply(int32_t a, int32_t b, int32_t sum)
{
#if defined(__ARM_FEATURE_DSP)
    return __smlad(a, b, sum);
#else
    const int32_t low = (int32_t)(int16_t)(a & 0xFFFF) * (int16_t)(b & 0xFFFF);
    const int32_t high = (a >> 16) * (b >> 16);
    return (int32_t)((uint32_t)sum + (uint32_t)low + (uint32_t)high);
#endif
}

#if defined(__ARM_FEATURE_DSP)
/* Two int16 sums + bytes 0 and 2 of a word (SXTAB16). */
static inline int32_t mcuq_add_even_bytes(int32_t sums, uint32_t word)
{
    __asm__("sxtab16 %0, %0, %1" : "+r"(sums) : "r"(word));
    return sums;
}

static inline int32_t mcuq_add_odd_bytes(int32_t sums, uint32_t word)
{
    __asm__("sxtab16 %0, %0, %1, ror #8" : "+r"(sums) : "r"(word));
    return sums;
}

/* The larger one of each pair of int8 (SSUB8, SEL). */
static inline uint32_t mcuq_larger_bytes(uint32_t a, uint32_t b)
{
    uint32_t spare;
    __asm__("ssub8 %1, %0, %2\n"
            "sel %0, %0, %2"
            : "+r"(a), "=&r"(spare)
            : "r"(b)
            : "cc");
    return a;
}

/* sum + the product of the low halves (SMLABB), of the high ones (SMLATT). */
static inline int32_t mcuq_multiply_low(int32_t a, int32_t b, int32_t sum)
{
    __asm__("smlabb %0, %1, %2, %0" : "+r"(sum) : "r"(a), "r"(b));
    return sum;
}

static inline int32_t mcuq_multiply_high(int32_t a, int32_t b, int32_t sum)
{
    __asm__("smlatt %0, %1, %2, %0" : "+r"(sum) : "r"(a), "r"(b));
    return sum;
}
#endif

#endif
