/* Shared by the files of this folder. */
#ifndef MCUQ_CORE_H
#define MCUQ_CORE_H

#include "mcuq_port.h"

typedef void (*mcuq_vector)(void);
extern const mcuq_vector mcuq_vectors[];

/* Entered by the hardware, or by assembly. */
_Noreturn void mcuq_reset_handler(void);
_Noreturn void mcuq_start(void);
void mcuq_systick_handler(void);
void mcuq_fault_handler(void);
void mcuq_fault_save(uint32_t exc_return, uint32_t psp, uint32_t msp);

void mcuq_stack_paint(void);
void mcuq_boot_counted(void);

#endif
