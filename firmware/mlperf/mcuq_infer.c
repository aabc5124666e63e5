#include "mcuq_infer.h"

#include <stddef.h>
#include <string.h>

#include "mcuq_board.h"
#include "mcuq_input.h"
#include "mcuq_measure.h"
#include "mcuq_mlperf.h"
#include "mcuq_models.h"
#include "mcuq_port.h"
#include "mcuq_tell.h"
#include "mcuq_timestamp.h"
#include "mcuq_words.h"

#define MICROSECONDS 1000000u /* a second */
#define DEFAULT_COUNT 1
#define DEFAULT_WARMUPS 10

static struct {
    uint64_t ticks;
    uint32_t seen; /* the counter, when it was looked at last */
} clock;

static void look(void)
{
    const uint32_t now = mcuq_counter_read();
    clock.ticks += now - clock.seen;
    clock.seen = now;
}

void mcuq_infer_start(void)
{
    mcuq_counter_start();
    clock.ticks = 0;
    clock.seen = mcuq_counter_read();
}

uint64_t mcuq_microseconds(void)
{
    look();
    const uint64_t seconds = clock.ticks / MCUQ_CORE_HZ, rest = clock.ticks % MCUQ_CORE_HZ;
    return seconds * MICROSECONDS + rest * MICROSECONDS / MCUQ_CORE_HZ;
}

static void tell_count(const char *before, uint32_t count)
{
    mcuq_tell(before);
    mcuq_tell_number(count);
    mcuq_tell("\r\n");
}

/* The arena is used anew by every run: the input is copied each time. */
void mcuq_infer_once(void)
{
    const mcuq_io *io = &mcuq_models[0]->inputs[0];
    memcpy(io->data, mcuq_benchmark.input, io->bytes);
    mcuq_run(0);
    look();
}

static void infer(uint32_t times)
{
    for (; times > 0; times--) {
        mcuq_infer_once();
    }
}

static float output_value(uint32_t at)
{
    const mcuq_io *io = &mcuq_models[0]->outputs[0];
    return io->scale * (float)(io->data[at] - io->zero_point);
}

static float mean_squared_difference(void)
{
    const uint32_t count = mcuq_models[0]->outputs[0].bytes;
    float sum = 0.0f;
    for (uint32_t i = 0; i < count; i++) {
        float sent;
        memcpy(&sent, mcuq_benchmark.buffer + 4u * i, sizeof sent);
        const float difference = output_value(i) - sent;
        sum += difference * difference;
    }
    return sum / (float)count;
}

void mcuq_tell_results(void)
{
    mcuq_tell("m-results-[");
    if (mcuq_benchmark.reconstructs) {
        mcuq_tell_real(mean_squared_difference());
    } else {
        for (uint32_t i = 0; i < mcuq_models[0]->outputs[0].bytes; i++) {
            mcuq_tell(i == 0 ? "" : ",");
            mcuq_tell_real(output_value(i));
        }
    }
    mcuq_tell("]\r\n");
}

static void measure(uint32_t count, uint32_t warmups)
{
    if (mcuq_models[0]->reset != NULL) {
        mcuq_models[0]->reset();
    }
    mcuq_input_convert();
    tell_count("m-warmup-start-", warmups);
    infer(warmups);
    mcuq_tell("m-warmup-done\r\n");
    tell_count("m-infer-start-", count);
    mcuq_timestamp();
    infer(count);
    mcuq_timestamp();
    mcuq_tell("m-infer-done\r\n");
    mcuq_tell_results();
}

void mcuq_infer_command(char *rest)
{
    const char *first = mcuq_next_word(&rest), *second = mcuq_next_word(&rest);
    const int32_t count = first != NULL ? mcuq_word_number(first) : DEFAULT_COUNT;
    const int32_t warmups = second != NULL ? mcuq_word_number(second) : DEFAULT_WARMUPS;
    if (count <= 0) {
        mcuq_tell("e-[Inference iterations must be >0]\r\n");
    } else if (warmups < 0) {
        mcuq_tell("e-[Inference warmup must be >=0]\r\n");
    } else if (mcuq_input_arrived() != mcuq_benchmark.buffer_bytes) {
        mcuq_input_tell_wrong(mcuq_benchmark.buffer_bytes);
    } else {
        measure((uint32_t)count, (uint32_t)warmups);
    }
}
