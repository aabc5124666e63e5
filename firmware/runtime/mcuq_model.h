/* The contract between emitted model code and whatever runs it.
 *
 * The emitted model.c defines one object of type `mcuq_model_t` called `mcuq_model`; of a model with
 * a name of its own, NAME.c defines `mcuq_model_NAME`. The serial runner and any other caller use
 * only this header.
 */
#ifndef MCUQ_MODEL_H
#define MCUQ_MODEL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An int8 input or output inside the arena: real value = scale * (data[i] - zero_point). */
typedef struct {
    const char *name;
    int8_t *data;
    uint32_t bytes;
    float scale;
    int32_t zero_point;
} mcuq_io;

typedef struct {
    const char *name;
    const mcuq_io *inputs;
    const mcuq_io *outputs;
    uint16_t input_count;
    uint16_t output_count;
    uint16_t layer_count;
    int8_t *arena;
    uint32_t arena_bytes;
    /* Inputs are filled in place before, outputs read in place after. The arena is reused
     * throughout: inputs do not survive a run. */
    void (*run)(void);
    /* What is kept from run to run; NULL and 0 where nothing is. */
    int8_t *state;
    uint32_t state_bytes;
    /* Gives it its initial value: before the first run, and before each new sequence. */
    void (*reset)(void);
} mcuq_model_t;

extern const mcuq_model_t mcuq_model;

/* Called by model code before layer 0 with layer 0, …, and after the last with layer_count,
 * only when compiled with -DMCUQ_PROFILE=layer_count. */
void mcuq_layer_mark(uint32_t layer);

#ifdef __cplusplus
}
#endif

#endif
