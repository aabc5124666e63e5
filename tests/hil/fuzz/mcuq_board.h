/* The host as a board: what the runtime asks of the generated header. */
#ifndef MCUQ_BOARD_H
#define MCUQ_BOARD_H

#define MCUQ_CORE_HZ 1000000u
#define MCUQ_CHUNK_BYTES 256u

#endif
