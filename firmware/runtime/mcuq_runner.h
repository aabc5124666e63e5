/* Serves the protocol over the models of this image. */
#ifndef MCUQ_RUNNER_H
#define MCUQ_RUNNER_H

#include <stdint.h>

/* Say hello unasked: the host may be waiting for the reset to end. */
void mcuq_runner_start(void);

/* Take one received byte; answers where it completes a request. */
void mcuq_runner_feed(uint8_t byte);

#endif
