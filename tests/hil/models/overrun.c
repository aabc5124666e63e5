/* Writes one byte behind its arena, or one before it, where its input says so. */
#include "mcuq_model.h"

static int8_t arena[64] __attribute__((aligned(16)));
static const mcuq_io inputs[] = {{"input", arena, 16, 0.5f, -3}};
static const mcuq_io outputs[] = {{"output", arena + 16, 16, 0.25f, 4}};

/* What a test damages. */
static const int8_t weights[32] = {1, 2, 3, 4, 5, 6, 7, 8, 9};

static void run(void)
{
    int8_t *volatile at = arena;
    if (arena[0] != 0) {
        at[arena[0]] = 7;
    }
    arena[16] = weights[arena[1] & 31];
}

const mcuq_model_t mcuq_model = {
    .name = "overrun",
    .inputs = inputs,
    .outputs = outputs,
    .input_count = 1,
    .output_count = 1,
    .layer_count = 1,
    .arena = arena,
    .arena_bytes = sizeof arena,
    .run = run,
};
