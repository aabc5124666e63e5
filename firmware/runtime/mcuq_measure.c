#include "mcuq_measure.h"

#include <string.h>

#include "mcuq_model.h"
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

void mcuq_run(void)
{
    mcuq_model.run();
}

uint32_t mcuq_run_counted(void)
{
    mcuq_counter_start();
    measure_mark();
    uint32_t before = mcuq_counter_read();
    const uint32_t reading = mcuq_counter_read() - before;
    before = mcuq_counter_read();
    mcuq_model.run();
    const uint32_t after = mcuq_counter_read();
    mcuq_counter_stop();
    return after - before - reading;
}

void mcuq_arena_paint(void)
{
    memset(mcuq_model.arena, ARENA_PATTERN, mcuq_model.arena_bytes);
}

uint32_t mcuq_arena_used(void)
{
    uint32_t used = mcuq_model.arena_bytes;
    while (used > 0 && (uint8_t)mcuq_model.arena[used - 1u] == ARENA_PATTERN) {
        used--;
    }
    return used;
}
