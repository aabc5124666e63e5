#include "mcuq_input.h"

#include <stddef.h>
#include <string.h>

#include "mcuq_mlperf.h"
#include "mcuq_models.h"
#include "mcuq_tell.h"
#include "mcuq_words.h"

#define PRINTED_BYTES 16u

static struct {
    uint32_t expected; /* bytes that `db load` announced */
    uint32_t arrived;
    bool is_converted;
} input;

uint32_t mcuq_input_arrived(void)
{
    return input.arrived;
}

void mcuq_input_tell_wrong(uint32_t expected)
{
    mcuq_tell("e-[Input has ");
    mcuq_tell_number(input.arrived);
    mcuq_tell(" bytes, expected ");
    mcuq_tell_number(expected);
    mcuq_tell("]\r\n");
}

static void expect(const char *count)
{
    if (count == NULL) {
        mcuq_tell("e-[Command 'db load' requires the # of bytes]\r\n");
        return;
    }
    const int32_t bytes = mcuq_word_number(count);
    if (bytes <= 0) {
        mcuq_tell("e-[Command 'db load' must be >0 bytes]\r\n");
        return;
    }
    if ((uint32_t)bytes > mcuq_benchmark.buffer_bytes) {
        mcuq_tell("e-[Supplied buffer size ");
        mcuq_tell_number((uint64_t)bytes);
        mcuq_tell(" exceeds maximum of ");
        mcuq_tell_number(mcuq_benchmark.buffer_bytes);
        mcuq_tell("]\r\n");
        return;
    }
    input.expected = (uint32_t)bytes;
    input.arrived = 0;
    input.is_converted = false;
    mcuq_tell("m-[Expecting ");
    mcuq_tell_number(input.expected);
    mcuq_tell(" bytes]\r\n");
}

static void take(const char *digits)
{
    if (input.arrived == input.expected) {
        mcuq_tell("e-[Command 'db load' has to come first]\r\n");
        return;
    }
    if (strlen(digits) % 2u != 0) {
        mcuq_tell("e-[Insufficent number of hex digits]\r\n");
        return;
    }
    for (; *digits != '\0'; digits += 2) {
        const int32_t high = mcuq_hex_digit(digits[0]), low = mcuq_hex_digit(digits[1]);
        if (high < 0 || low < 0) {
            const char pair[] = {digits[0], digits[1], '\0'};
            mcuq_tell("e-[Invalid hex digit '");
            mcuq_tell_echo(pair);
            mcuq_tell("']\r\n");
            return;
        }
        mcuq_benchmark.buffer[input.arrived++] = (uint8_t)(high * 16 + low);
        if (input.arrived == input.expected) {
            mcuq_tell("m-load-done\r\n"); /* further digits do not count */
            return;
        }
    }
    if (mcuq_benchmark.echoes) {
        mcuq_tell_number(input.arrived);
        mcuq_tell(" bytes received\r\n");
    }
}

/* After a line that was not understood the host goes on from what it knows to have arrived. */
static void go_back(const char *count)
{
    const int32_t bytes = count != NULL ? mcuq_word_number(count) : -1;
    if (bytes < 0 || (uint32_t)bytes > input.arrived) {
        mcuq_tell("e-[Command 'db setptr' takes up to ");
        mcuq_tell_number(input.arrived);
        mcuq_tell("]\r\n");
        return;
    }
    input.arrived = (uint32_t)bytes;
}

static uint32_t number_or(char **rest, uint32_t otherwise)
{
    const char *word = mcuq_next_word(rest);
    const int32_t number = word != NULL ? mcuq_word_number(word) : 0;
    return number > 0 ? (uint32_t)number : otherwise;
}

static void print(char *rest)
{
    const uint32_t wanted = number_or(&rest, PRINTED_BYTES), first = number_or(&rest, 0);
    const uint32_t left = first < input.arrived ? input.arrived - first : 0;
    const uint32_t count = wanted < left ? wanted : left;
    mcuq_tell("m-buffer-");
    for (uint32_t i = 0; i < count; i++) {
        mcuq_tell(i == 0 ? "" : "-");
        mcuq_tell_byte(mcuq_benchmark.buffer[first + i]);
    }
    mcuq_tell("\r\n");
}

void mcuq_input_command(char *rest)
{
    const char *word = mcuq_next_word(&rest);
    if (word == NULL) {
        mcuq_tell("e-[Command 'db' requires a subcommand]\r\n");
    } else if (strcmp(word, "load") == 0) {
        expect(mcuq_next_word(&rest));
    } else if (strcmp(word, "print") == 0) {
        print(rest);
    } else if (strcmp(word, "setptr") == 0) {
        go_back(mcuq_next_word(&rest));
    } else {
        take(word);
    }
}

static float sent_value(uint32_t at)
{
    if (mcuq_benchmark.sent == MCUQ_SENT_F32) {
        float value;
        memcpy(&value, mcuq_benchmark.buffer + 4u * at, sizeof value);
        return value;
    }
    const uint8_t byte = mcuq_benchmark.buffer[at];
    const int32_t number = mcuq_benchmark.sent == MCUQ_SENT_U8 ? byte : (int8_t)byte;
    return mcuq_benchmark.scale * (float)(number - mcuq_benchmark.zero_point);
}

static int8_t quantized(float value, const mcuq_io *io)
{
    const float steps = value / io->scale + (float)io->zero_point;
    if (!(steps > -128.0f)) { /* what is no number, too */
        return -128;
    }
    if (steps > 127.0f) {
        return 127;
    }
    return (int8_t)(int32_t)(steps < 0.0f ? steps - 0.5f : steps + 0.5f);
}

void mcuq_input_convert(void)
{
    const mcuq_io *io = &mcuq_models[0]->inputs[0];
    if (input.is_converted) {
        return;
    }
    for (uint32_t i = 0; i < io->bytes; i++) {
        mcuq_benchmark.input[i] = quantized(sent_value(i), io);
    }
    input.is_converted = true;
}

void mcuq_input_replace(const int8_t *values)
{
    memcpy(mcuq_benchmark.input, values, mcuq_models[0]->inputs[0].bytes);
    input.expected = input.arrived = 0;
    input.is_converted = true;
}
