/* Calls itself until the stack is gone. */
#include "mcuq_model.h"

static int8_t arena[64];
static const mcuq_io inputs[] = {{"input", arena, 16, 0.5f, -3}};
static const mcuq_io outputs[] = {{"output", arena + 16, 16, 0.25f, 4}};

__attribute__((noinline)) static int deep(int depth)
{
    volatile int frame[16];
    frame[depth & 15] = depth;
    return depth > 0 ? deep(depth - 1) + frame[3] : 0;
}

static void run(void)
{
    arena[16] = (int8_t)deep(arena[0] + 1000);
}

const mcuq_model_t mcuq_model = {
    .name = "stack_overflow",
    .inputs = inputs,
    .outputs = outputs,
    .input_count = 1,
    .output_count = 1,
    .layer_count = 1,
    .arena = arena,
    .arena_bytes = sizeof arena,
    .run = run,
};
