/* Requests that are almost right, from a seed.
 *
 * usage: fuzz EXECUTIONS SEED. An execution is one frame: a valid request, changed a little before
 * or after framing, or noise. Deterministic: the same seed gives the same run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "mcuq_protocol.h"

static uint64_t state;

static uint32_t chance(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32) % below;
}

static const uint8_t sizes[] = {
    [MCUQ_OP_HELLO] = MCUQ_HELLO_REQUEST_SIZE,   [MCUQ_OP_IO] = MCUQ_IO_REQUEST_SIZE,
    [MCUQ_OP_LOAD] = MCUQ_LOAD_REQUEST_SIZE,     [MCUQ_OP_RUN] = MCUQ_RUN_REQUEST_SIZE,
    [MCUQ_OP_LAYERS] = MCUQ_LAYERS_REQUEST_SIZE, [MCUQ_OP_READ] = MCUQ_READ_REQUEST_SIZE,
    [MCUQ_OP_ARENA] = MCUQ_ARENA_REQUEST_SIZE,   [MCUQ_OP_FAULT] = MCUQ_FAULT_REQUEST_SIZE,
    [MCUQ_OP_RESET] = MCUQ_RESET_REQUEST_SIZE,   [MCUQ_OP_SELECT] = MCUQ_SELECT_REQUEST_SIZE,
};

/* Mostly the length that the operation wants, and something behind it where that may be. */
static size_t choose_length(uint8_t op)
{
    if (op >= sizeof sizes || chance(6) == 0) {
        return chance(4) == 0 ? chance(BODY_MAX) : chance(12);
    }
    const int has_rest = op == MCUQ_OP_LOAD || op == MCUQ_OP_ECHO;
    return sizes[op] + (has_rest ? chance(BODY_MAX - MCUQ_LOAD_REQUEST_SIZE) : 0);
}

/* Numbers near the edges: small, around a multiple of 256, or anything. */
static uint8_t choose_byte(void)
{
    static const uint8_t edges[] = {0, 0, 0, 1, 1, 2, 3, 43, 44, 45, 0xFF};
    return chance(3) == 0 ? (uint8_t)chance(256) : edges[chance(sizeof edges)];
}

static size_t make_request(uint8_t *plain, uint32_t session, uint16_t *sequence)
{
    const uint8_t op = (uint8_t)chance(chance(8) == 0 ? 256 : 15);
    const size_t body = choose_length(op);
    *sequence = (uint16_t)(*sequence + chance(3));
    plain[0] = op;
    plain[1] = 0;
    memcpy(plain + 2, sequence, 2);
    memcpy(plain + 4, &session, 4);
    for (size_t i = 0; i < body; i++) {
        plain[8 + i] = choose_byte();
    }
    return seal(plain, 8 + body);
}

static void execute(uint32_t session, uint16_t *sequence)
{
    uint8_t plain[8 + BODY_MAX + 4];
    if (chance(50) == 0) {
        for (uint32_t left = chance(600); left > 0; left--) {
            feed((uint8_t)chance(256));
        }
        feed(0);
        return;
    }
    const size_t length = make_request(plain, chance(20) == 0 ? chance(5) : session, sequence);
    if (chance(5) == 0) {
        plain[chance((uint32_t)length)] ^= (uint8_t)(1u << chance(8));
    }
    feed_framed(plain, chance(30) == 0 ? chance((uint32_t)length) : length);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        return 2;
    }
    const unsigned long executions = strtoul(argv[1], NULL, 10);
    state = strtoull(argv[2], NULL, 10) * 2654435761u + 88172645463325252u;
    volatile unsigned long done = 0;
    volatile uint32_t session = 7;
    uint16_t sequence = 0;
    (void)setjmp(after_reset);
    while (done < executions) {
        if (done % 1000 == 0) {
            session++;
            has_fault = 1;
            open_session(session);
        }
        done++;
        execute(session, &sequence);
    }
    printf("%lu executions", done);
    for (int status = 0; status < 256; status++) {
        if (replies[status] != 0) {
            printf(", status %d: %lu", status, replies[status]);
        }
    }
    printf("\n");
    return 0;
}
