/* Two instructions a turn, as many turns as the first three input bytes say. */
#include "mcuq_model.h"

static int8_t arena[64];
static const mcuq_io inputs[] = {{"input", arena, 16, 0.5f, -3}};
static const mcuq_io outputs[] = {{"output", arena + 16, 16, 0.25f, 4}};

static void run(void)
{
    uint32_t turns = (uint8_t)arena[0] | ((uint32_t)(uint8_t)arena[1] << 8) | ((uint32_t)(uint8_t)arena[2] << 16);
    __asm volatile(".syntax unified\n1: subs %0, %0, #1\n bne 1b" : "+l"(turns) : : "cc");
}

const mcuq_model_t mcuq_model = {
    .name = "loop",
    .inputs = inputs,
    .outputs = outputs,
    .input_count = 1,
    .output_count = 1,
    .layer_count = 1,
    .arena = arena,
    .arena_bytes = sizeof arena,
    .run = run,
};
