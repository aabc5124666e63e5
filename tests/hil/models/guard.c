/* Writes below its stack, as a wild pointer would. */
#include "mcuq_model.h"

static int8_t arena[64];
static const mcuq_io inputs[] = {{"input", arena, 16, 0.5f, -3}};
static const mcuq_io outputs[] = {{"output", arena + 16, 16, 0.25f, 4}};

extern volatile uint32_t __stack_guard[];

static void run(void)
{
    __stack_guard[arena[0]] = 1;
    arena[16] = 1;
}

const mcuq_model_t mcuq_model = {
    .name = "guard",
    .inputs = inputs,
    .outputs = outputs,
    .input_count = 1,
    .output_count = 1,
    .layer_count = 1,
    .arena = arena,
    .arena_bytes = sizeof arena,
    .run = run,
};
