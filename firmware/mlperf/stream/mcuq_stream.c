/* The streaming wake word: sound arrives a step at a time, the model sees the last 30 rows of its
 * features. Over the serial line, as the benchmark's stream_wav_uart.py sends it. */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "mcuq_commands.h"
#include "mcuq_infer.h"
#include "mcuq_input.h"
#include "mcuq_mlperf.h"
#include "mcuq_models.h"
#include "mcuq_sound.h"
#include "mcuq_tell.h"
#include "mcuq_timestamp.h"

#define STEP_BYTES (MCUQ_SOUND_STEP * sizeof(int16_t))
#define ROWS 30u
#define VALUES (ROWS * MCUQ_SOUND_BANDS)
#define DETECTED 0.95f /* the benchmark's threshold of the first output */

static struct {
    int16_t before;                  /* the sample ahead of the half that is kept */
    int16_t older[MCUQ_SOUND_STEP];
    int8_t rows[VALUES];             /* the newest last */
    bool is_listening;
} stream;

static void forget(void)
{
    stream.before = 0;
    memset(stream.older, 0, sizeof stream.older);
    /* Not the zero point: it is what the benchmark's own firmware begins with. */
    memset(stream.rows, 0, sizeof stream.rows);
}

static void start(char *rest)
{
    (void)rest;
    forget();
    stream.is_listening = true;
    mcuq_tell("m-[Listening]\r\n");
}

static void stop(char *rest)
{
    (void)rest;
    mcuq_tell(stream.is_listening ? "m-[Stopped]\r\n" : "m-[Idle already]\r\n");
    stream.is_listening = false;
}

/* The integer below in size, as the reference firmware and its training have it. */
static int8_t integer(float value)
{
    const mcuq_io *io = &mcuq_models[0]->inputs[0];
    const float steps = value / io->scale + (float)io->zero_point;
    return steps > -128.0f ? (int8_t)(steps < 127.0f ? steps : 127.0f) : -128;
}

static void add_row(const int16_t *newer)
{
    static float features[MCUQ_SOUND_BANDS];
    mcuq_sound_features(stream.before, stream.older, newer, features);
    stream.before = stream.older[MCUQ_SOUND_STEP - 1u];
    memcpy(stream.older, newer, sizeof stream.older);
    memmove(stream.rows, stream.rows + MCUQ_SOUND_BANDS, VALUES - MCUQ_SOUND_BANDS);
    for (uint32_t i = 0; i < MCUQ_SOUND_BANDS; i++) {
        stream.rows[VALUES - MCUQ_SOUND_BANDS + i] = integer(features[i]);
    }
}

static void tell_values(const char *before, const int8_t *values, uint32_t count)
{
    mcuq_tell(before);
    for (uint32_t i = 0; i < count; i++) {
        const int32_t value = values[i];
        mcuq_tell(i == 0 ? "" : ", ");
        mcuq_tell(value < 0 ? "-" : "");
        mcuq_tell_number((uint64_t)(value < 0 ? -value : value));
    }
    mcuq_tell("]\r\n");
}

/* One step: its features, then an inference of the last rows, between two time stamps. */
static void extract(char *rest)
{
    (void)rest;
    const mcuq_io *output = &mcuq_models[0]->outputs[0];
    int16_t newer[MCUQ_SOUND_STEP];
    if (mcuq_input_arrived() != STEP_BYTES) {
        mcuq_input_tell_wrong(STEP_BYTES);
        return;
    }
    memcpy(newer, mcuq_benchmark.buffer, sizeof newer);
    mcuq_timestamp();
    add_row(newer);
    mcuq_input_replace(stream.rows);
    mcuq_infer_once();
    mcuq_timestamp();
    tell_values("m-features-[", stream.rows + VALUES - MCUQ_SOUND_BANDS, MCUQ_SOUND_BANDS);
    tell_values("m-activations-[", output->data, output->bytes);
    if (output->scale * (float)(output->data[0] - output->zero_point) > DETECTED) {
        mcuq_tell("m-[Wake word detected]\r\n");
    }
}

const mcuq_command mcuq_more_commands[] = {
    {"start", start, "forget the sound that was heard"},
    {"stop", stop, "hear no more"},
    {"extract_uart_stream", extract, "hear the 512 samples that db loaded"},
    {NULL, NULL, NULL},
};
