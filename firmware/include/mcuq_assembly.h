/* Whole functions in assembly, as GCC and Clang take them: MCUQ_ASSEMBLY before a function says that
 * its body is one asm statement, to which the registers belong.
 *
 * A file has the forms for the vector extension (__ARM_FEATURE_MVE), for the DSP extension
 * (__ARM_FEATURE_DSP), for short instructions alone (MCUQ_SHORT_THUMB) and in C, in this order: a core
 * with the first has the second, too.
 */
#ifndef MCUQ_ASSEMBLY_H
#define MCUQ_ASSEMBLY_H

/* Cores with the short instructions alone (M0+). */
#if defined(__thumb__) && !defined(__thumb2__)
#define MCUQ_SHORT_THUMB
#endif

#if defined(__ARM_FEATURE_DSP) || defined(MCUQ_SHORT_THUMB)

#define MCUQ_ASSEMBLY __attribute__((naked))

/* Cores that start two instructions a cycle: the Cortex-M7, which the flags of a build tell, or among
 * those with this extension alone a floating-point unit of double precision. Either order of
 * instructions runs on all of them. */
#if !defined(MCUQ_DUAL_ISSUE) && !defined(__ARM_FEATURE_MVE) && (__ARM_FP & 8)
#define MCUQ_DUAL_ISSUE
#endif

/* The parameters are known to the assembly only. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

#endif

#endif
