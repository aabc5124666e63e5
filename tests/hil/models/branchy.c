/* Takes longer the more of its input is above zero; turns a loop as often as the first value says,
 * where the last one is 1. */
#include "mcuq_model.h"

static int8_t arena[64];
static const mcuq_io inputs[] = {{"input", arena, 16, 0.5f, -3}};
static const mcuq_io outputs[] = {{"output", arena + 16, 16, 0.25f, 4}};

__attribute__((noinline)) static int32_t halved(int32_t value)
{
    int32_t found = value;
    for (int32_t i = 0; i < 50; i++) {
        found -= found >> 3;
    }
    return found;
}

static void run(void)
{
    for (int32_t i = 0; i < 15; i++) {
        int32_t value = arena[i];
        if (value > 0) {
            value = halved(value * 3);
        }
        arena[16 + i] = (int8_t)value;
    }
    if (arena[15] == 1) {
        for (volatile int32_t i = 0; i < arena[0]; i++) {
        }
    }
}

const mcuq_model_t mcuq_model = {
    .name = "branchy",
    .inputs = inputs,
    .outputs = outputs,
    .input_count = 1,
    .output_count = 1,
    .layer_count = 1,
    .arena = arena,
    .arena_bytes = sizeof arena,
    .run = run,
};
