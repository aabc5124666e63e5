/* The device's side of MLPerf Tiny's serial protocol: words that end in '%', answers in lines that
 * end with m-ready. It stands in the place of the bench's own runner. */
#include "mcuq_runner.h"

#include <string.h>

#include "mcuq_infer.h"
#include "mcuq_input.h"
#include "mcuq_mlperf.h"
#include "mcuq_tell.h"
#include "mcuq_words.h"

#define COMMAND_BYTES 80u /* the benchmark's; a longer command is cut */
#define END '%'

static struct {
    char text[COMMAND_BYTES + 1u];
    uint32_t length;
} command;

static void name(char *rest)
{
    (void)rest;
    mcuq_tell("m-name-dut-[mcuq]\r\n");
}

static void profile(char *rest)
{
    (void)rest;
    mcuq_tell("m-profile-[ULPMark for tinyML Firmware V0.0.1]\r\nm-model-[");
    mcuq_tell(mcuq_benchmark.model);
    mcuq_tell("]\r\n");
}

static void timestamp(char *rest)
{
    (void)rest;
    mcuq_tell_timestamp();
}

static void results(char *rest)
{
    (void)rest;
    mcuq_tell_results();
}

static const struct {
    const char *word;
    void (*serve)(char *rest);
    const char *about;
} commands[] = {
    {"name", name, "who this is"},
    {"profile", profile, "firmware and benchmark"},
    {"timestamp", timestamp, "microseconds since the start"},
    {"db", mcuq_input_command, "load N, HEX..., print [N] [OFFSET]: the input's bytes"},
    {"infer", mcuq_infer_command, "[N] [W]: N inferences after W that are not timed"},
    {"results", results, "of the last inference"},
};

#define COMMANDS (sizeof commands / sizeof *commands)

/* Not one of the commands: it reads their table, and the stack's bound follows who reads it. */
static void help(void)
{
    for (uint32_t i = 0; i < COMMANDS; i++) {
        mcuq_tell(commands[i].word);
        mcuq_tell(": ");
        mcuq_tell(commands[i].about);
        mcuq_tell("\r\n");
    }
}

static void serve(char *text)
{
    const char *word = mcuq_next_word(&text);
    for (uint32_t i = 0; word != NULL && i < COMMANDS; i++) {
        if (strcmp(word, commands[i].word) == 0) {
            commands[i].serve(text);
            return;
        }
    }
    if (word != NULL && strcmp(word, "help") == 0) {
        help();
        return;
    }
    mcuq_tell("e-[Unknown command: ");
    mcuq_tell_echo(word != NULL ? word : "");
    mcuq_tell("]\r\n");
}

void mcuq_runner_start(void)
{
    mcuq_infer_start();
    mcuq_tell("m-timestamp-mode-performance\r\nm-init-done\r\nm-ready\r\n");
}

void mcuq_runner_feed(uint8_t byte)
{
    if (byte != END) {
        if (command.length < COMMAND_BYTES) {
            command.text[command.length++] = (char)byte;
        }
        return;
    }
    command.text[command.length] = '\0';
    command.length = 0;
    serve(command.text);
    mcuq_tell("m-ready\r\n");
}
