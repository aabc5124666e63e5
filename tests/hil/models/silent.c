/* Never comes back from its first layer. */
#include "mcuq_model.h"

static int8_t arena[64];
static const mcuq_io inputs[] = {{"input", arena, 16, 0.5f, -3}};
static const mcuq_io outputs[] = {{"output", arena + 16, 16, 0.25f, 4}};

static void run(void)
{
    for (;;) {
    }
}

const mcuq_model_t mcuq_model = {
    .name = "silent",
    .inputs = inputs,
    .outputs = outputs,
    .input_count = 1,
    .output_count = 1,
    .layer_count = 1,
    .arena = arena,
    .arena_bytes = sizeof arena,
    .run = run,
};
