/* The table of mcuq_logistic_s16 and mcuq_tanh_s16. */
#ifndef MCUQ_SIGMOID_TABLE_H
#define MCUQ_SIGMOID_TABLE_H

#include "mcuq_int16.h"

extern const uint16_t mcuq_sigmoid_table[256];

#endif
