/* Two inputs, two outputs, three layers; the second output is longer than a frame. */
#include "mcuq_model.h"

#define SMALL 16
#define LARGE 3000

static int8_t arena[2 * SMALL + 2 * LARGE];
static const mcuq_io inputs[] = {
    {"small in", arena, SMALL, 0.5f, -3},
    {"large in", arena + SMALL, LARGE, 0.125f, 7},
};
static const mcuq_io outputs[] = {
    {"small out", arena + SMALL + LARGE, SMALL, 0.25f, 4},
    {"large out", arena + 2 * SMALL + LARGE, LARGE, 1.0f, 0},
};

static void mark(uint32_t layer)
{
#ifdef MCUQ_PROFILE
    mcuq_layer_mark(layer);
#else
    (void)layer;
#endif
}

static void add_one(const int8_t *from, int8_t *to, int count)
{
    for (int i = 0; i < count; i++) {
        to[i] = (int8_t)(from[i] + 1);
    }
}

static void run(void)
{
    mark(0);
    add_one(inputs[0].data, outputs[0].data, SMALL);
    mark(1);
    add_one(inputs[1].data, outputs[1].data, LARGE);
    mark(2);
    mark(3);
}

const mcuq_model_t mcuq_model = {
    .name = "plus one",
    .inputs = inputs,
    .outputs = outputs,
    .input_count = 2,
    .output_count = 2,
    .layer_count = 3,
    .arena = arena,
    .arena_bytes = sizeof arena,
    .run = run,
};
