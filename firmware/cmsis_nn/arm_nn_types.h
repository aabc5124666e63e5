/* CMSIS-NN's types, by the name that its headers have. */
#ifndef ARM_NN_TYPES_H
#define ARM_NN_TYPES_H

#include "mcuq_nn_types.h"

#endif
