/* The UART of nRF53, whose bytes go through RAM (nRF5340 Product Specification, UARTE): one byte a
 * transfer, so that it can be polled. What arrives between two waits in its receiver. */
#include "mcuq_board.h"
#include "mcuq_port.h"
#include "pins.h"
#include "registers.h"
#include "uart.h"

#define UARTE(offset) REGISTER(MCUQ_UART_BASE + (offset))
#define TASKS_STARTRX UARTE(0x000u)
#define TASKS_STARTTX UARTE(0x008u)
#define EVENTS_ENDRX UARTE(0x110u)
#define EVENTS_ENDTX UARTE(0x120u)
#define ENABLE UARTE(0x500u)
#define PSEL_TXD UARTE(0x50Cu)
#define PSEL_RXD UARTE(0x514u)
#define BAUDRATE UARTE(0x524u)
#define RXD_PTR UARTE(0x534u)
#define RXD_MAXCNT UARTE(0x538u)
#define TXD_PTR UARTE(0x544u)
#define TXD_MAXCNT UARTE(0x548u)
#define ENABLE_UARTE 8u
#define PIN(port, number) ((port) * 32u + (number))
/* 2^32 × baud / 16 MHz, in the upper 20 bits. */
#define BAUD_CODE ((uint32_t)((((uint64_t)MCUQ_UART_BAUD << 32) / 16000000u + 0x800u) & 0xFFFFF000u))

static volatile uint8_t received;
static volatile uint8_t sent;

void mcuq_uart_init(void)
{
    pin_output(MCUQ_TX_PORT, MCUQ_TX_PIN);
    pin_input(MCUQ_RX_PORT, MCUQ_RX_PIN);
    PSEL_TXD = PIN(MCUQ_TX_PORT, MCUQ_TX_PIN);
    PSEL_RXD = PIN(MCUQ_RX_PORT, MCUQ_RX_PIN);
    BAUDRATE = BAUD_CODE;
    RXD_PTR = (uint32_t)(uintptr_t)&received;
    RXD_MAXCNT = 1;
    TXD_PTR = (uint32_t)(uintptr_t)&sent;
    TXD_MAXCNT = 1;
    ENABLE = ENABLE_UARTE;
    TASKS_STARTRX = 1;
}

int mcuq_uart_read(void)
{
    if (EVENTS_ENDRX == 0) {
        return -1;
    }
    const uint8_t byte = received;
    EVENTS_ENDRX = 0;
    (void)EVENTS_ENDRX; /* the write has arrived before the next transfer may end */
    TASKS_STARTRX = 1;
    return byte;
}

void mcuq_uart_write(uint8_t byte)
{
    sent = byte;
    EVENTS_ENDTX = 0;
    barrier();
    TASKS_STARTTX = 1;
    wait_until(&EVENTS_ENDTX, 1u, 1u);
}

void mcuq_uart_drain(void)
{
    /* Every write has waited for its byte. */
}
