/* One input and one output of eight values; the run destroys its input, as an arena's does. */
#include "mcuq_model.h"

#define VALUES 8

static int8_t arena[2 * VALUES];
static const mcuq_io inputs[] = {{"in", arena, VALUES, 2.0f, -3}};
static const mcuq_io outputs[] = {{"out", arena + VALUES, VALUES, 0.125f, 4}};

static void run(void)
{
    for (int i = 0; i < VALUES; i++) {
        outputs[0].data[i] = inputs[0].data[i];
        inputs[0].data[i] = 0;
    }
    /* So much that microseconds tell one run from two. */
    for (volatile int i = 0; i < 100000; i++) {
    }
}

const mcuq_model_t mcuq_model = {
    .name = "eights",
    .inputs = inputs,
    .outputs = outputs,
    .input_count = 1,
    .output_count = 1,
    .layer_count = 1,
    .arena = arena,
    .arena_bytes = sizeof arena,
    .run = run,
};
