/* What `mcuq hil check` and `soak` run: no network, but every byte of the answer depends on two of
 * the question, and the answer is longer than a frame. mcuq_hil.selftest computes the same. */
#include "mcuq_model.h"

#define BYTES 1500

static int8_t arena[2 * BYTES];
static const mcuq_io inputs[] = {{"question", arena, BYTES, 1.0f, 0}};
static const mcuq_io outputs[] = {{"answer", arena + BYTES, BYTES, 1.0f, 0}};

static void run(void)
{
    const int8_t *from = inputs[0].data;
    int8_t *to = outputs[0].data;
    for (int i = 0; i < BYTES; i++) {
        to[i] = (int8_t)(3 * from[i] + from[i + 1 < BYTES ? i + 1 : 0]);
    }
}

const mcuq_model_t mcuq_model = {
    .name = "selftest",
    .inputs = inputs,
    .outputs = outputs,
    .input_count = 1,
    .output_count = 1,
    .layer_count = 1,
    .arena = arena,
    .arena_bytes = sizeof arena,
    .run = run,
};
