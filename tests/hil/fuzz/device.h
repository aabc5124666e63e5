/* What feeds the device's side of the protocol. */
#ifndef DEVICE_H
#define DEVICE_H

#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

#define BODY_MAX 320u

extern jmp_buf after_reset;           /* where the device goes on when it resets itself */
extern int has_fault;                 /* whether a fault record waits */
extern unsigned long replies[256];    /* by status */

/* One byte from the host. */
void feed(uint8_t byte);
/* A frame: COBS and its closing zero. */
void feed_framed(const uint8_t *plain, size_t length);
/* Append the CRC of `length` bytes; the new length. */
size_t seal(uint8_t *plain, size_t length);
/* HELLO with a session of this number. */
void open_session(uint32_t session);

#endif
