#include "mcuq_words.h"

#include <stdbool.h>
#include <stddef.h>

char *mcuq_next_word(char **rest)
{
    char *at = *rest;
    while (*at == ' ') {
        at++;
    }
    if (*at == '\0') {
        *rest = at;
        return NULL;
    }
    char *const word = at;
    while (*at != '\0' && *at != ' ') {
        at++;
    }
    if (*at == ' ') {
        *at++ = '\0';
    }
    *rest = at;
    return word;
}

int32_t mcuq_word_number(const char *word)
{
    const bool is_negative = *word == '-';
    if (*word == '-' || *word == '+') {
        word++;
    }
    int32_t number = 0;
    for (; *word >= '0' && *word <= '9'; word++) {
        const int32_t digit = *word - '0';
        number = number > (INT32_MAX - digit) / 10 ? INT32_MAX : 10 * number + digit;
    }
    return is_negative ? -number : number;
}

int32_t mcuq_hex_digit(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    const char lower = (char)(digit | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}
