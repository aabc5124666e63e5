#ifndef MCUQ_CRC_H
#define MCUQ_CRC_H

#include <stdint.h>

#define MCUQ_CRC_INIT 0xFFFFFFFFu

/* CRC-32 (IEEE 802.3) of one more byte; start with MCUQ_CRC_INIT, invert at the end. */
uint32_t mcuq_crc(uint32_t crc, uint8_t byte);

#endif
