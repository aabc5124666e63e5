/* Frames over the port's bytes: COBS, CRC-32, one buffer for what arrives, none for what leaves. */
#ifndef MCUQ_LINK_H
#define MCUQ_LINK_H

#include <stdint.h>

#include "mcuq_protocol.h"

/* A received frame; `body` points into the link's buffer and lasts until the next byte is fed. */
typedef struct {
    uint8_t op;
    uint16_t sequence;
    uint32_t session;
    const uint8_t *body;
    uint32_t length;
} mcuq_request;

typedef enum { MCUQ_LINK_MORE, MCUQ_LINK_FRAME, MCUQ_LINK_CORRUPT } mcuq_link_state;

/* Take one byte. MCUQ_LINK_FRAME: *request is whole and its CRC right. */
mcuq_link_state mcuq_link_feed(uint8_t byte, mcuq_request *request);

/* A reply leaves as it is built: begin, any number of puts, end. */
void mcuq_link_begin(const mcuq_request *to, uint8_t status);
void mcuq_link_put(const void *bytes, uint32_t count);
void mcuq_link_put_u16(uint16_t value);
void mcuq_link_put_u32(uint32_t value);
void mcuq_link_end(void);

/* Little-endian values at any alignment. */
uint16_t mcuq_get_u16(const uint8_t *at);
uint32_t mcuq_get_u32(const uint8_t *at);

#endif
