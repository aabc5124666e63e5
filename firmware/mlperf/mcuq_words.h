/* A command's words. */
#ifndef MCUQ_WORDS_H
#define MCUQ_WORDS_H

#include <stdint.h>

/* The next word of *rest, ended by a zero in place; NULL where none is left. Spaces part words. */
char *mcuq_next_word(char **rest);

/* Of decimal digits at the word's begin, a sign in front or not, as atoi() reads them; what is
 * beyond int32 is its largest or smallest. */
int32_t mcuq_word_number(const char *word);

/* The value of a hexadecimal digit, -1 for anything else. */
int32_t mcuq_hex_digit(char digit);

#endif
