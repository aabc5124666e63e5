/* The bytes of one input: how they arrive, and how the model takes them. */
#ifndef MCUQ_INPUT_H
#define MCUQ_INPUT_H

#include <stdbool.h>
#include <stdint.h>

/* `db load N`, `db HEX`, `db print [N] [OFFSET]`: `rest` is what follows `db`. */
void mcuq_input_command(char *rest);

/* Bytes that have arrived since the last `db load`. */
uint32_t mcuq_input_arrived(void);

/* That these are not as many as expected: an error. */
void mcuq_input_tell_wrong(uint32_t expected);

/* What has arrived as the model's integers, once; mcuq_benchmark.input holds them then. */
void mcuq_input_convert(void);

/* Put one input of the model's integers there; what has arrived is used up. */
void mcuq_input_replace(const int8_t *values);

#endif
