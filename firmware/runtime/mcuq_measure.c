#include "mcuq_measure.h"

#include <string.h>

#include "mcuq_models.h"
#include "mcuq_port.h"

#define ARENA_PATTERN 0xA5

#ifdef MCUQ_PROFILE
#define LAYER_CAPACITY (MCUQ_PROFILE > 256 ? MCUQ_PROFILE + 0u : 256u)
static uint32_t marks[LAYER_CAPACITY + 1u];
static uint32_t mark_cost;

void mcuq_layer_mark(uint32_t layer)
{
    if (layer <= LAYER_CAPACITY) {
        marks[layer] = mcuq_counter_read();
    }
}

static void measure_mark(void)
{
    mcuq_layer_mark(0);
    mcuq_layer_mark(1);
    mark_cost = marks[1] - marks[0];
}

uint16_t mcuq_layer_capacity(void)
{
    return LAYER_CAPACITY;
}

uint32_t mcuq_layer_count(uint32_t layer)
{
    return marks[layer + 1u] - marks[layer] - mark_cost;
}
#else
static void measure_mark(void)
{
}

uint16_t mcuq_layer_capacity(void)
{
    return 0;
}

uint32_t mcuq_layer_count(uint32_t layer)
{
    (void)layer;
    return 0;
}
#endif

void mcuq_run(uint16_t model)
{
    mcuq_models[model]->run();
}

uint32_t mcuq_run_counted(uint16_t model)
{
    mcuq_counter_start();
    measure_mark();
    uint32_t before = mcuq_counter_read();
    const uint32_t reading = mcuq_counter_read() - before;
    before = mcuq_counter_read();
    mcuq_models[model]->run();
    const uint32_t after = mcuq_counter_read();
    mcuq_counter_stop();
    return after - before - reading;
}

void mcuq_arena_paint(uint16_t model)
{
    memset(mcuq_models[model]->arena, ARENA_PATTERN, mcuq_models[model]->arena_bytes);
}

uint32_t mcuq_arena_used(uint16_t model)
{
    const int8_t *arena = mcuq_models[model]->arena;
    uint32_t used = mcuq_models[model]->arena_bytes;
    while (used > 0 && (uint8_t)arena[used - 1u] == ARENA_PATTERN) {
        used--;
    }
    return used;
}
