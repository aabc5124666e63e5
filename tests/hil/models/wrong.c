/* Like plus_one, but for one byte. */
#include "mcuq_model.h"

static int8_t arena[64];
static const mcuq_io inputs[] = {{"input", arena, 16, 0.5f, -3}};
static const mcuq_io outputs[] = {{"output", arena + 16, 16, 0.25f, 4}};

static void run(void)
{
    for (int i = 0; i < 16; i++) {
        arena[16 + i] = (int8_t)(arena[i] + (i == 5 ? 2 : 1));
    }
}

const mcuq_model_t mcuq_model = {
    .name = "wrong",
    .inputs = inputs,
    .outputs = outputs,
    .input_count = 1,
    .output_count = 1,
    .layer_count = 1,
    .arena = arena,
    .arena_bytes = sizeof arena,
    .run = run,
};
