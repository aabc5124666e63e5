/* Text to the host. Everything that is answered goes through here. */
#ifndef MCUQ_TELL_H
#define MCUQ_TELL_H

#include <stdint.h>

void mcuq_tell(const char *text);
/* What came from the host: everything but printable ASCII becomes '?'. */
void mcuq_tell_echo(const char *text);
void mcuq_tell_number(uint64_t number);
/* Two hexadecimal digits. */
void mcuq_tell_byte(uint8_t byte);
/* Three digits after the point, as the benchmark's "%0.3f"; a value that has none is told as 0. */
void mcuq_tell_real(float value);

#endif
