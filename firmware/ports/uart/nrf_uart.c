/* The UART without DMA of nRF51 and nRF52 (nRF52840 Product Specification v1.7, section 6.33). */
#include "mcuq_board.h"
#include "mcuq_port.h"
#include "registers.h"
#include "uart.h"

#define UART(offset) REGISTER(MCUQ_UART_BASE + (offset))
#define TASKS_STARTRX UART(0x000u)
#define TASKS_STARTTX UART(0x008u)
#define EVENTS_RXDRDY UART(0x108u)
#define EVENTS_TXDRDY UART(0x11Cu)
#define ENABLE UART(0x500u)
#define PSEL_TXD UART(0x50Cu)
#define PSEL_RXD UART(0x514u)
#define RXD UART(0x518u)
#define TXD UART(0x51Cu)
#define BAUDRATE UART(0x524u)
#define ENABLE_UART 4u
#define PIN(port, number) ((port) * 32u + (number))
/* 2^32 × baud / 16 MHz, in the upper 20 bits. */
#define BAUD_CODE ((uint32_t)((((uint64_t)MCUQ_UART_BAUD << 32) / 16000000u + 0x800u) & 0xFFFFF000u))

void mcuq_uart_init(void)
{
    PSEL_TXD = PIN(MCUQ_TX_PORT, MCUQ_TX_PIN);
    PSEL_RXD = PIN(MCUQ_RX_PORT, MCUQ_RX_PIN);
    BAUDRATE = BAUD_CODE;
    ENABLE = ENABLE_UART;
    TASKS_STARTTX = 1;
    TASKS_STARTRX = 1;
}

int mcuq_uart_read(void)
{
    if (EVENTS_RXDRDY == 0) {
        return -1;
    }
    EVENTS_RXDRDY = 0;
    return (int)(RXD & 0xFFu);
}

void mcuq_uart_write(uint8_t byte)
{
    EVENTS_TXDRDY = 0;
    TXD = byte;
    wait_until(&EVENTS_TXDRDY, 1u, 1u);
}

void mcuq_uart_drain(void)
{
    /* Every write has waited for its byte. */
}
