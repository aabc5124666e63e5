/* The device's side of MLPerf Tiny's serial protocol: words that end in '%', answers in lines that
 * end with m-ready. It stands in the place of the bench's own runner. */
#include "mcuq_runner.h"

#include <stddef.h>
#include <string.h>

#include "mcuq_commands.h"
#include "mcuq_infer.h"
#include "mcuq_input.h"
#include "mcuq_mlperf.h"
#include "mcuq_tell.h"
#include "mcuq_timestamp.h"
#include "mcuq_words.h"

#define END '%'

static uint32_t command_length;

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
    mcuq_timestamp();
}

static void results(char *rest)
{
    (void)rest;
    mcuq_tell_results();
}

static const mcuq_command commands[] = {
    {"name", name, "who this is"},
    {"profile", profile, "firmware and benchmark"},
    {"timestamp", timestamp, "a time stamp, as around inferences"},
    {"db", mcuq_input_command, "load N, HEX..., print [N] [OFFSET], setptr N: the input's bytes"},
    {"infer", mcuq_infer_command, "[N] [W]: N inferences after W that are not timed"},
    {"results", results, "of the last inference"},
    {NULL, NULL, NULL},
};

static void about(const mcuq_command *each)
{
    for (; each->word != NULL; each++) {
        mcuq_tell(each->word);
        mcuq_tell(": ");
        mcuq_tell(each->about);
        mcuq_tell("\r\n");
    }
}

/* Not one of the commands: it reads their table, and the stack's bound follows who reads it. */
static void help(void)
{
    about(commands);
    about(mcuq_more_commands);
}

static const mcuq_command *found(const mcuq_command *each, const char *word)
{
    for (; each->word != NULL; each++) {
        if (strcmp(word, each->word) == 0) {
            return each;
        }
    }
    return NULL;
}

/* It calls what is found itself: the stack's bound takes who reads a table for who calls from it. */
static void serve(char *text)
{
    if (mcuq_benchmark.echoes) {
        mcuq_tell("Received command: ");
        mcuq_tell_echo(text);
        mcuq_tell("\r\n");
    }
    const char *word = mcuq_next_word(&text);
    word = word != NULL ? word : "";
    const mcuq_command *each = found(commands, word);
    each = each != NULL ? each : found(mcuq_more_commands, word);
    if (each != NULL) {
        each->serve(text);
    } else if (strcmp(word, "help") == 0) {
        help();
    } else {
        mcuq_tell("e-[Unknown command: ");
        mcuq_tell_echo(word);
        mcuq_tell("]\r\n");
    }
}

void mcuq_runner_start(void)
{
    mcuq_infer_start();
    mcuq_timestamp_start();
    mcuq_tell("m-init-done\r\nm-ready\r\n");
}

void mcuq_runner_feed(uint8_t byte)
{
    if (byte != END) {
        if (command_length < mcuq_benchmark.command_bytes) {
            mcuq_benchmark.command[command_length++] = (char)byte;
        }
        return;
    }
    mcuq_benchmark.command[command_length] = '\0';
    command_length = 0;
    serve(mcuq_benchmark.command);
    mcuq_tell("m-ready\r\n");
}
