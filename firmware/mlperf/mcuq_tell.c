#include "mcuq_tell.h"

#include <stdbool.h>

#include "mcuq_port.h"

#define DIGITS 20u /* of 2^64 - 1 */
#define THOUSAND 1000u
#define LARGEST 4.0e6f /* in thousandths below 2^32 */

void mcuq_tell(const char *text)
{
    for (; *text != '\0'; text++) {
        mcuq_uart_write((uint8_t)*text);
    }
}

void mcuq_tell_echo(const char *text)
{
    for (; *text != '\0'; text++) {
        mcuq_uart_write(*text >= ' ' && *text <= '~' ? (uint8_t)*text : (uint8_t)'?');
    }
}

void mcuq_tell_number(uint64_t number)
{
    char digits[DIGITS + 1u];
    uint32_t at = DIGITS;
    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + number % 10u);
        number /= 10u;
    } while (number != 0);
    mcuq_tell(digits + at);
}

void mcuq_tell_byte(uint8_t byte)
{
    static const char digits[] = "0123456789abcdef";
    mcuq_uart_write((uint8_t)digits[byte >> 4]);
    mcuq_uart_write((uint8_t)digits[byte & 15u]);
}

void mcuq_tell_real(float value)
{
    const bool is_negative = value < 0.0f;
    const float size = is_negative ? -value : value;
    /* Written so that what is no number fails it, too. */
    const float told = size < LARGEST ? size : size >= LARGEST ? LARGEST : 0.0f;
    const uint32_t thousandths = (uint32_t)(told * (float)THOUSAND + 0.5f);
    if (is_negative && thousandths != 0) {
        mcuq_tell("-");
    }
    mcuq_tell_number(thousandths / THOUSAND);
    mcuq_tell(".");
    const uint32_t rest = thousandths % THOUSAND;
    mcuq_tell(rest < 10u ? "00" : rest < 100u ? "0" : "");
    mcuq_tell_number(rest);
}
