/* Inferences between two time stamps, and what came out of the last one. */
#ifndef MCUQ_INFER_H
#define MCUQ_INFER_H

#include <stdint.h>

/* Time counts from here. */
void mcuq_infer_start(void);

/* `infer [N] [W]`: N timed inferences (1) after W others (10); `rest` is what follows `infer`. */
void mcuq_infer_command(char *rest);

/* One of them. Never inlined: an emulator that estimates time looks for it. */
__attribute__((noinline)) void mcuq_infer_once(void);

void mcuq_tell_results(void);

/* Since the start. The counter is of 32 bits: a wrap is seen where nothing looks at it for less
 * than 2^32 of its ticks, that is during inferences. */
uint64_t mcuq_microseconds(void);

#endif
