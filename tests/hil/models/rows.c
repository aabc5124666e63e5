/* Thirty rows of forty values; the outputs are three of them, and the run destroys its input. */
#include "mcuq_model.h"

#define VALUES 1200
#define OUTPUTS 3

static int8_t arena[VALUES + OUTPUTS];
static const mcuq_io inputs[] = {{"in", arena, VALUES, 0.0037f, -128}};
static const mcuq_io outputs[] = {{"out", arena + VALUES, OUTPUTS, 0.00390625f, -128}};

static void run(void)
{
    outputs[0].data[0] = inputs[0].data[VALUES - 1];
    outputs[0].data[1] = inputs[0].data[VALUES - 40];
    outputs[0].data[2] = inputs[0].data[VALUES - 80];
    for (int i = 0; i < VALUES; i++) {
        inputs[0].data[i] = 1;
    }
}

const mcuq_model_t mcuq_model = {
    .name = "rows",
    .inputs = inputs,
    .outputs = outputs,
    .input_count = 1,
    .output_count = 1,
    .layer_count = 1,
    .arena = arena,
    .arena_bytes = sizeof arena,
    .run = run,
};
