/* The models of this image. The build writes the list: one entry, or as many as were joined. */
#ifndef MCUQ_MODELS_H
#define MCUQ_MODELS_H

#include "mcuq_model.h"

extern const mcuq_model_t *const mcuq_models[];
/* At least 1, at most 65,535. */
extern const uint16_t mcuq_model_count;

#endif
