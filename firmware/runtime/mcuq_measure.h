/* Running a model and measuring it: counts, counts by layer, bytes of arena touched. A model is a
 * number in mcuq_models: who reads that table counts as its models' caller in the stack's bound. */
#ifndef MCUQ_MEASURE_H
#define MCUQ_MEASURE_H

#include <stdint.h>

void mcuq_run(uint16_t model);

/* Counts of one run, the cost of reading the counter taken off. */
uint32_t mcuq_run_counted(uint16_t model);

/* Layers that can be marked: 0 where the image was built without MCUQ_PROFILE. */
uint16_t mcuq_layer_capacity(void);
/* Count of one layer of the last counted run, the cost of its mark taken off. */
uint32_t mcuq_layer_count(uint32_t layer);

/* Fill the arena with a pattern, and find the last byte that no longer holds it. */
void mcuq_arena_paint(uint16_t model);
uint32_t mcuq_arena_used(uint16_t model);

#endif
