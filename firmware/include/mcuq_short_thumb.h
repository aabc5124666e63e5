/* Assembly shared by the functions for cores with short instructions alone: r8-r11 as sums.
 *
 * Products are formed in r0-r7; additions take the upper registers, too. */
#ifndef MCUQ_SHORT_THUMB_H
#define MCUQ_SHORT_THUMB_H

/* clang-format off */

/* Keeps r4-r11 and, where the stack ends, r3; clears r8-r11. Spoils r4. */
#define MCUQ_SHORT_BEGIN \
    ".syntax unified\n" \
    "push {r4-r7, lr}\n" \
    "mov r4, r8\n" \
    "mov r5, r9\n" \
    "mov r6, r10\n" \
    "mov r7, r11\n" \
    "push {r3-r7}\n" \
    "movs r4, #0\n" \
    "mov r8, r4\n" \
    "mov r9, r4\n" \
    "mov r10, r4\n" \
    "mov r11, r4\n"

/* The sums go to r4-r7, what was kept at last to r3. */
#define MCUQ_SHORT_SUMS \
    "mov r4, r8\n" \
    "mov r5, r9\n" \
    "mov r6, r10\n" \
    "mov r7, r11\n" \
    "pop {r3}\n"

#define MCUQ_SHORT_END \
    "pop {r4-r7}\n" \
    "mov r8, r4\n" \
    "mov r9, r5\n" \
    "mov r10, r6\n" \
    "mov r11, r7\n" \
    "pop {r4-r7, pc}\n"

/* clang-format on */

#endif
