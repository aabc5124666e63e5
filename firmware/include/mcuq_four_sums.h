/* Assembly shared by mcuq_four_sums_s4 and _s2 on cores with short instructions alone: both columns'
 * inputs in the halves of one word, so that a product is two. */
#ifndef MCUQ_FOUR_SUMS_H
#define MCUQ_FOUR_SUMS_H

#include "mcuq_short_thumb.h"

/* clang-format off */

/* The lower inputs of the words in r3 and r4 to r5, then the upper ones to r3. */
#define MCUQ_LOWER_INPUTS \
    "lsls r5, r4, #16\n" \
    "sxth r6, r3\n" \
    "adds r5, r5, r6\n"

#define MCUQ_UPPER_INPUTS \
    "asrs r3, r3, #16\n" \
    "lsrs r4, r4, #16\n" \
    "lsls r4, r4, #16\n" \
    "adds r3, r3, r4\n"

/* Both halves of a sum to those in memory at r2, moved on; clears it (r7 is 0). */
#define MCUQ_KEEP_SUM(sum) \
    "mov r3, " sum "\n" \
    "mov " sum ", r7\n" \
    "sxth r4, r3\n" \
    "subs r3, r3, r4\n" \
    "asrs r3, r3, #16\n" \
    "ldr r5, [r2]\n" \
    "ldr r6, [r2, #4]\n" \
    "adds r5, r5, r4\n" \
    "adds r6, r6, r3\n" \
    "stmia r2!, {r5, r6}\n"

/* r0 weights, r1 columns, r12 their end, lr that of sixteen inputs: as many products stay in the
 * halves of r8-r11. `begin` writes the sums in memory at r3 from the columns' header in r4 and r5 and
 * zeros in r6 and r7; take_four takes four inputs. */
#define MCUQ_FOUR_SUMS(begin, take_four) \
    MCUQ_SHORT_BEGIN \
    "lsls r2, r2, #2\n" \
    "ldmia r1!, {r4, r5}\n" \
    "adds r2, r2, r1\n" \
    "mov r12, r2\n" \
    "movs r6, #0\n" \
    "movs r7, #0\n" \
    begin \
    "1:\n" \
    "movs r2, r1\n" \
    "adds r2, r2, #64\n" \
    "cmp r2, r12\n" \
    "bls 2f\n" \
    "mov r2, r12\n" \
    "2:\n" \
    "mov lr, r2\n" \
    "3:\n" \
    take_four \
    "cmp r1, lr\n" \
    "bne 3b\n" \
    "ldr r2, [sp]\n" \
    "movs r7, #0\n" \
    MCUQ_KEEP_SUM("r8") \
    MCUQ_KEEP_SUM("r9") \
    MCUQ_KEEP_SUM("r10") \
    MCUQ_KEEP_SUM("r11") \
    "cmp r1, r12\n" \
    "bne 4f\n" \
    "pop {r3}\n" \
    MCUQ_SHORT_END \
    "4:\n" \
    "b 1b\n"

/* clang-format on */

#endif
