/* MLPerf Tiny's protocol on the host under libFuzzer: an input is the bytes on the line.
 *
 * Every answer has to be lines of printable characters, each ended by CR and LF, and every command
 * has to be answered with m-ready once and at its end; the sanitizers watch the rest.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mcuq_mlperf.h"
#include "mcuq_models.h"
#include "mcuq_port.h"
#include "mcuq_runner.h"

#define VALUES 8u
#define LINE_MAX 400u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Objects of their own: the address sanitizer sees a byte too many of each. */
static int8_t arena[4], input[VALUES], output[VALUES];
static const mcuq_io inputs[] = {{"in", input, VALUES, 0.5f, 3}};
static const mcuq_io outputs[] = {{"out", output, VALUES, 0.25f, -128}};

static void run(void)
{
    memcpy(output, input, VALUES);
    memset(input, 0, VALUES);
}

static const mcuq_model_t model = {
    .name = "fuzz",
    .inputs = inputs,
    .outputs = outputs,
    .input_count = 1,
    .output_count = 1,
    .layer_count = 1,
    .arena = arena,
    .arena_bytes = sizeof arena,
    .run = run,
};
const mcuq_model_t *const mcuq_models[] = {&model};
const uint16_t mcuq_model_count = 1;

static char command[81];
static uint8_t sent[VALUES * sizeof(float)];
static int8_t taken[VALUES];
const mcuq_mlperf_benchmark mcuq_benchmark = {
    .model = "ad01",
    .command = command,
    .command_bytes = sizeof command - 1,
    .sent = MCUQ_SENT_F32,
    .scale = 1.0f,
    .zero_point = 0,
    .buffer = sent,
    .buffer_bytes = sizeof sent,
    .input = taken,
    .reconstructs = true,
};

static char line[LINE_MAX + 1];
static size_t line_length;
static unsigned long ready;

_Noreturn static void die(const char *why)
{
    fprintf(stderr, "fuzz: %s: %s\n", why, line);
    abort();
}

void mcuq_uart_write(uint8_t byte)
{
    if (line_length == LINE_MAX) {
        die("a line is too long");
    }
    line[line_length++] = (char)byte;
    line[line_length] = '\0';
    if (byte != '\n') {
        return;
    }
    if (line_length < 2 || line[line_length - 2] != '\r') {
        die("a line ends without CR");
    }
    ready += strcmp(line, "m-ready\r\n") == 0;
    line_length = 0;
}

int mcuq_uart_read(void) { return -1; }
void mcuq_uart_drain(void) {}
void mcuq_counter_start(void) {}
void mcuq_counter_stop(void) {}
uint32_t mcuq_counter_read(void) { static uint32_t ticks; return ticks += 0x12345678u; }

static void feed(uint8_t byte)
{
    const unsigned long before = ready;
    mcuq_runner_feed(byte);
    if (line_length != 0) {
        die("an answer ends within a line");
    }
    if (ready - before != (byte == '%')) {
        die("m-ready is not what ends a command's answer, once");
    }
}

/* Whether some number of inferences is so large that it would only take long. */
static bool takes_long(const uint8_t *data, size_t size)
{
    size_t digits = 0;
    for (size_t i = 0; i < size; i++) {
        digits = data[i] >= '0' && data[i] <= '9' ? digits + 1 : 0;
        if (digits > 3 && memmem(data, size, "inf", 3) != NULL) {
            return true;
        }
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool is_started;
    if (takes_long(data, size)) {
        return 0;
    }
    if (!is_started) {
        is_started = true;
        mcuq_runner_start();
    }
    for (size_t i = 0; i < size; i++) {
        feed(data[i]);
    }
    feed('%');
    return 0;
}
