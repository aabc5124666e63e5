/* How a moment is told: in words, or to a power monitor by a pin. The folder that is compiled
 * beside this one defines it. */
#ifndef MCUQ_TIMESTAMP_H
#define MCUQ_TIMESTAMP_H

/* Once, before anything else is told. */
void mcuq_timestamp_start(void);

/* That it is now. */
void mcuq_timestamp(void);

#endif
