/* What a port gives the runtime: a byte stream, a counter, a stack it can measure, a reset.
 *
 * firmware/ports/core, counter, uart and <family> implement it for Cortex-M; tests implement it
 * on the host.
 */
#ifndef MCUQ_PORT_H
#define MCUQ_PORT_H

#include <stdbool.h>
#include <stdint.h>

/* Clock, pins and UART; called once, before everything below. */
void mcuq_port_init(void);

/* The next received byte, or -1 at once where there is none. */
int mcuq_uart_read(void);
void mcuq_uart_write(uint8_t byte);
/* Wait until the last byte has left. */
void mcuq_uart_drain(void);

/* Cycles (hardware) or instructions (emulator) modulo 2^32 since the start. */
void mcuq_counter_start(void);
uint32_t mcuq_counter_read(void);
void mcuq_counter_stop(void);

/* Bytes reserved for the main stack; the most that was used since the start. */
uint32_t mcuq_stack_reserved(void);
uint32_t mcuq_stack_used(void);
/* False once the stack has reached its last word. */
bool mcuq_stack_intact(void);

/* What the fault handler saved before it reset the device; in the protocol's order. */
typedef struct {
    uint32_t exception;
    uint32_t reason; /* below; 0: the exception says it */
    uint32_t r0, r1, r2, r3, r12, lr, pc, xpsr;
    uint32_t sp, cfsr, hfsr, mmfar, bfar;
} mcuq_fault;

#define MCUQ_REASON_OVERFLOW 1u  /* of the stack */
#define MCUQ_REASON_WATCHDOG 2u  /* r0: its milliseconds */
#define MCUQ_REASON_CANARY 3u    /* r0: address of the word, r1: what it holds */
#define MCUQ_REASON_CONSTANTS 4u /* r0: CRC of the flash, r1: of the image */
#define MCUQ_REASON_NO_GUARD 5u  /* asked for, and the core has no memory protection unit */

/* The record of the run before this one, or NULL. */
const mcuq_fault *mcuq_fault_pending(void);
void mcuq_fault_clear(void);
/* Record what was found without an exception; with the data cache on, only mcuq_reset() keeps it
 * over a reset. */
void mcuq_fault_note(uint32_t reason, uint32_t what, uint32_t found);
/* Record a stack overflow found by looking, then reset. */
_Noreturn void mcuq_fault_overflow(void);

/* Number of this start since power-on. */
uint32_t mcuq_boot_count(void);

_Noreturn void mcuq_reset(void);

/* Bytes of the image's identity, see MCUQ_BUILD_ID_BYTES. */
extern const uint8_t mcuq_build_id[];

#endif
