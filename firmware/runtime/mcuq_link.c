#include "mcuq_link.h"

#include <stdbool.h>

#include "mcuq_board.h"
#include "mcuq_crc.h"
#include "mcuq_port.h"

#define FRAME_OVERHEAD (MCUQ_FRAME_HEADER_BYTES + MCUQ_FRAME_CRC_BYTES)
#define COBS_BLOCK 254u

/* What has arrived of the current frame, COBS already undone. */
static struct {
    uint8_t bytes[FRAME_OVERHEAD + MCUQ_CHUNK_BYTES];
    uint32_t length;
    uint32_t block_left; /* data bytes before the next COBS code */
    uint8_t code;        /* the code in force; 0 before the first */
    bool too_long;
} inbox;

/* Bytes since the last zero: COBS sends their number first. */
static struct {
    uint8_t block[COBS_BLOCK];
    uint32_t length;
    uint32_t crc;
} outbox;

uint16_t mcuq_get_u16(const uint8_t *at)
{
    return (uint16_t)(at[0] | (at[1] << 8));
}

uint32_t mcuq_get_u32(const uint8_t *at)
{
    return mcuq_get_u16(at) | ((uint32_t)mcuq_get_u16(at + 2) << 16);
}

static void inbox_append(uint8_t byte)
{
    if (inbox.length == sizeof inbox.bytes) {
        inbox.too_long = true;
        return;
    }
    inbox.bytes[inbox.length++] = byte;
}

static void inbox_clear(void)
{
    inbox.length = 0;
    inbox.block_left = 0;
    inbox.code = 0;
    inbox.too_long = false;
}

static bool inbox_is_whole(void)
{
    if (inbox.block_left != 0 || inbox.too_long || inbox.length < FRAME_OVERHEAD) {
        return false;
    }
    const uint32_t covered = inbox.length - MCUQ_FRAME_CRC_BYTES;
    uint32_t crc = MCUQ_CRC_INIT;
    for (uint32_t i = 0; i < covered; i++) {
        crc = mcuq_crc(crc, inbox.bytes[i]);
    }
    return ~crc == mcuq_get_u32(inbox.bytes + covered);
}

mcuq_link_state mcuq_link_feed(uint8_t byte, mcuq_request *request)
{
    if (byte != 0) {
        if (inbox.block_left != 0) {
            inbox_append(byte);
            inbox.block_left--;
            return MCUQ_LINK_MORE;
        }
        /* Every block but a full one stands for its bytes and a zero after them. */
        if (inbox.code != 0 && inbox.code != 0xFF) {
            inbox_append(0);
        }
        inbox.code = byte;
        inbox.block_left = byte - 1u;
        return MCUQ_LINK_MORE;
    }
    if (inbox.code == 0) {
        return MCUQ_LINK_MORE; /* zeros between frames mean nothing */
    }
    const bool whole = inbox_is_whole();
    *request = (mcuq_request){0};
    if (whole) {
        request->op = inbox.bytes[0];
        request->sequence = mcuq_get_u16(inbox.bytes + 2);
        request->session = mcuq_get_u32(inbox.bytes + 4);
        request->body = inbox.bytes + MCUQ_FRAME_HEADER_BYTES;
        request->length = inbox.length - FRAME_OVERHEAD;
    }
    inbox_clear();
    return whole ? MCUQ_LINK_FRAME : MCUQ_LINK_CORRUPT;
}

static void send_block(void)
{
    mcuq_uart_write((uint8_t)(outbox.length + 1u));
    for (uint32_t i = 0; i < outbox.length; i++) {
        mcuq_uart_write(outbox.block[i]);
    }
    outbox.length = 0;
}

static void stuff(uint8_t byte)
{
    if (byte == 0) {
        send_block();
        return;
    }
    outbox.block[outbox.length++] = byte;
    if (outbox.length == COBS_BLOCK) {
        send_block();
    }
}

void mcuq_link_put(const void *bytes, uint32_t count)
{
    const uint8_t *at = bytes;
    for (uint32_t i = 0; i < count; i++) {
        outbox.crc = mcuq_crc(outbox.crc, at[i]);
        stuff(at[i]);
    }
}

void mcuq_link_put_u16(uint16_t value)
{
    const uint8_t bytes[2] = {(uint8_t)value, (uint8_t)(value >> 8)};
    mcuq_link_put(bytes, sizeof bytes);
}

void mcuq_link_put_u32(uint32_t value)
{
    mcuq_link_put_u16((uint16_t)value);
    mcuq_link_put_u16((uint16_t)(value >> 16));
}

void mcuq_link_begin(const mcuq_request *to, uint8_t status)
{
    const uint8_t head[2] = {(uint8_t)(to->op | MCUQ_REPLY), status};
    outbox.length = 0;
    outbox.crc = MCUQ_CRC_INIT;
    mcuq_link_put(head, sizeof head);
    mcuq_link_put_u16(to->sequence);
    mcuq_link_put_u32(to->session);
}

void mcuq_link_end(void)
{
    const uint32_t crc = ~outbox.crc;
    mcuq_link_put_u32(crc);
    send_block();
    mcuq_uart_write(0);
}
