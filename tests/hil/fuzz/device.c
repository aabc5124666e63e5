/* The device's side of the protocol on the host: two models, and a port whose bytes are checked.
 *
 * Every reply must be a whole frame with its CRC; the sanitizers watch the rest.
 */
#include "device.h"

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
unsigned long replies[256];
jmp_buf after_reset;
static mcuq_fault last_fault;
int has_fault;

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

void feed(uint8_t byte)
{
    mcuq_runner_feed(byte);
}

void feed_framed(const uint8_t *plain, size_t length)
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

size_t seal(uint8_t *plain, size_t length)
{
    uint32_t crc = MCUQ_CRC_INIT;
    for (size_t i = 0; i < length; i++) {
        crc = mcuq_crc(crc, plain[i]);
    }
    crc = ~crc;
    memcpy(plain + length, &crc, 4);
    return length + 4;
}

void open_session(uint32_t session)
{
    uint8_t plain[14] = {MCUQ_OP_HELLO, 0, 0, 0, 0, 0, 0, 0, MCUQ_PROTOCOL_VERSION, 0};
    memcpy(plain + 4, &session, 4);
    feed_framed(plain, seal(plain, 10));
}
