/* The device's side of the protocol on the host, fed with requests that are almost right.
 *
 * usage: fuzz EXECUTIONS SEED. An execution is one frame: a valid request, changed a little before
 * or after framing, or noise. Every reply must be a whole frame with its CRC; the sanitizers watch
 * the rest. Deterministic: the same seed gives the same run.
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mcuq_crc.h"
#include "mcuq_models.h"
#include "mcuq_port.h"
#include "mcuq_protocol.h"
#include "mcuq_runner.h"

#define INPUT_BYTES 300u
#define OUTPUT_BYTES 700u
#define REPLY_MAX 4096u
#define BODY_MAX 320u

/* Separate objects, not one array: the address sanitizer sees a byte too many of each. */
static int8_t arena[64], input[INPUT_BYTES], output[OUTPUT_BYTES];
static const mcuq_io inputs[] = {{"in", input, INPUT_BYTES, 1.0f, 0}};
static const mcuq_io outputs[] = {{"out", output, OUTPUT_BYTES, 1.0f, 0}};

static void run(void)
{
    memset(output, input[0], OUTPUT_BYTES);
}

static const mcuq_model_t first = {
    .name = "fuzz",
    .inputs = inputs,
    .outputs = outputs,
    .input_count = 1,
    .output_count = 1,
    .layer_count = 3,
    .arena = arena,
    .arena_bytes = sizeof arena,
    .run = run,
};
/* Another one, smaller: what fits the first is too much for it. */
static int8_t short_input[5], short_output[3];
static const mcuq_io short_inputs[] = {{"short in", short_input, sizeof short_input, 1.0f, 0}};
static const mcuq_io short_outputs[] = {{"short out", short_output, sizeof short_output, 1.0f, 0}};

static void run_second(void)
{
    memset(short_output, short_input[0], sizeof short_output);
}

static const mcuq_model_t second = {
    .name = "second",
    .inputs = short_inputs,
    .outputs = short_outputs,
    .input_count = 1,
    .output_count = 1,
    .layer_count = 1,
    .arena = arena,
    .arena_bytes = sizeof arena / 2,
    .run = run_second,
};
const mcuq_model_t *const mcuq_models[] = {&first, &second};
const uint16_t mcuq_model_count = 2;
const uint8_t mcuq_build_id[MCUQ_BUILD_ID_BYTES] = {1, 2, 3};

static uint8_t reply[REPLY_MAX];
static size_t reply_length;
static unsigned long replies[256];
static jmp_buf after_reset;
static mcuq_fault last_fault;
static int has_fault;

_Noreturn static void die(const char *why)
{
    fprintf(stderr, "fuzz: %s\n", why);
    abort();
}

/* One received frame, COBS undone; its CRC and its parity with the request are checked. */
static void check_reply(void)
{
    uint8_t plain[REPLY_MAX];
    size_t length = 0;
    for (size_t at = 0; at < reply_length;) {
        const uint8_t code = reply[at++];
        for (int i = 1; i < code; i++) {
            if (at >= reply_length) {
                die("a reply ends inside a block");
            }
            plain[length++] = reply[at++];
        }
        if (code != 0xFF && at < reply_length) {
            plain[length++] = 0;
        }
    }
    if (length < MCUQ_FRAME_HEADER_BYTES + MCUQ_FRAME_CRC_BYTES) {
        die("a reply is too short");
    }
    uint32_t crc = MCUQ_CRC_INIT, sent;
    for (size_t i = 0; i < length - 4; i++) {
        crc = mcuq_crc(crc, plain[i]);
    }
    memcpy(&sent, plain + length - 4, sizeof sent);
    if (~crc != sent) {
        die("a reply has a wrong CRC");
    }
    if ((plain[0] & MCUQ_REPLY) == 0) {
        die("a reply is no reply");
    }
    replies[plain[1]]++;
}

void mcuq_uart_write(uint8_t byte)
{
    if (byte == 0) {
        check_reply();
        reply_length = 0;
    } else if (reply_length == REPLY_MAX) {
        die("a reply never ends");
    } else {
        reply[reply_length++] = byte;
    }
}

int mcuq_uart_read(void) { return -1; }
void mcuq_uart_drain(void) {}
void mcuq_port_init(void) {}
void mcuq_counter_start(void) {}
void mcuq_counter_stop(void) {}
uint32_t mcuq_counter_read(void) { static uint32_t ticks; return ticks += 7; }
uint32_t mcuq_stack_reserved(void) { return 1024; }
uint32_t mcuq_stack_used(void) { return 512; }
bool mcuq_stack_intact(void) { return true; }
const mcuq_fault *mcuq_fault_pending(void) { return has_fault ? &last_fault : NULL; }
void mcuq_fault_clear(void) { has_fault = 0; }
uint32_t mcuq_boot_count(void) { return 1; }
_Noreturn void mcuq_reset(void) { longjmp(after_reset, 1); }
_Noreturn void mcuq_fault_overflow(void) { die("the stack is intact here"); }

static uint64_t state;

static uint32_t chance(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32) % below;
}

static void feed(uint8_t byte)
{
    mcuq_runner_feed(byte);
}

static void feed_framed(const uint8_t *plain, size_t length)
{
    size_t start = 0;
    for (size_t i = 0; i <= length; i++) {
        const size_t run_length = i - start;
        if (i == length || plain[i] == 0 || run_length == 254) {
            feed((uint8_t)(run_length + 1));
            for (size_t k = start; k < i; k++) {
                feed(plain[k]);
            }
            start = run_length == 254 && (i == length || plain[i] != 0) ? i : i + 1;
        }
    }
    feed(0);
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
    uint32_t crc = MCUQ_CRC_INIT;
    for (size_t i = 0; i < 8 + body; i++) {
        crc = mcuq_crc(crc, plain[i]);
    }
    crc = ~crc;
    memcpy(plain + 8 + body, &crc, 4);
    return 8 + body + 4;
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

static void open_session(uint32_t session)
{
    uint8_t plain[14] = {MCUQ_OP_HELLO, 0, 0, 0, 0, 0, 0, 0, MCUQ_PROTOCOL_VERSION, 0};
    memcpy(plain + 4, &session, 4);
    uint32_t crc = MCUQ_CRC_INIT;
    for (size_t i = 0; i < 10; i++) {
        crc = mcuq_crc(crc, plain[i]);
    }
    crc = ~crc;
    memcpy(plain + 10, &crc, 4);
    feed_framed(plain, sizeof plain);
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
