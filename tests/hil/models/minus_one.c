/* A second model beside plus_one, of another shape; its arena is larger than what it touches. */
#include "mcuq_model.h"

#define BYTES 24

static int8_t arena[4 * BYTES];
static const mcuq_io inputs[] = {{"in", arena, BYTES, 0.5f, 1}};
static const mcuq_io outputs[] = {{"out", arena + BYTES, BYTES, 2.0f, -1}};

static void run(void)
{
    for (int i = 0; i < BYTES; i++) {
        outputs[0].data[i] = (int8_t)(inputs[0].data[i] - 1);
    }
}

const mcuq_model_t mcuq_model_minus_one = {
    .name = "minus_one",
    .inputs = inputs,
    .outputs = outputs,
    .input_count = 1,
    .output_count = 1,
    .layer_count = 1,
    .arena = arena,
    .arena_bytes = sizeof arena,
    .run = run,
};
