/* Shared by the files of this folder. */
#ifndef MCUQ_CORE_H
#define MCUQ_CORE_H

#include "mcuq_port.h"

typedef void (*mcuq_vector)(void);
extern const mcuq_vector mcuq_vectors[];

void mcuq_stack_paint(void);
void mcuq_boot_counted(void);
void mcuq_fault_handler(void);

#endif
