/* Arm PL011 (DDI 0183), as RP2040, RP2350 and Apollo4 have it. */
#include "mcuq_board.h"
#include "mcuq_port.h"
#include "pins.h"
#include "registers.h"
#include "uart.h"

#define UARTDR REGISTER(MCUQ_UART_BASE + 0x00u)
#define UARTFR REGISTER(MCUQ_UART_BASE + 0x18u)
#define UARTIBRD REGISTER(MCUQ_UART_BASE + 0x24u)
#define UARTFBRD REGISTER(MCUQ_UART_BASE + 0x28u)
#define UARTLCR_H REGISTER(MCUQ_UART_BASE + 0x2Cu)
#define UARTCR REGISTER(MCUQ_UART_BASE + 0x30u)
#define FR_BUSY (1u << 3)
#define FR_RXFE (1u << 4)
#define FR_TXFF (1u << 5)
#define LCR_H_8_BITS_FIFO ((3u << 5) | (1u << 4))
#define CR_UART_TX_RX (1u | (1u << 8) | (1u << 9))
#ifndef UARTCR_CLOCK
#define UARTCR_CLOCK 0u /* a part that chooses the clock here says so in its pins.h */
#endif
/* In 64ths, rounded. */
#define DIVISOR ((MCUQ_UART_CLOCK_HZ * 4u + MCUQ_UART_BAUD / 2u) / MCUQ_UART_BAUD)

void mcuq_uart_init(void)
{
    pin_function(MCUQ_TX_PIN, MCUQ_TX_FUNCTION);
    pin_function(MCUQ_RX_PIN, MCUQ_RX_FUNCTION);
    UARTCR = UARTCR_CLOCK;
    UARTIBRD = DIVISOR / 64u;
    UARTFBRD = DIVISOR % 64u;
    UARTLCR_H = LCR_H_8_BITS_FIFO;
    UARTCR = UARTCR_CLOCK | CR_UART_TX_RX;
}

int mcuq_uart_read(void)
{
    return (UARTFR & FR_RXFE) == 0 ? (int)(UARTDR & 0xFFu) : -1;
}

void mcuq_uart_write(uint8_t byte)
{
    wait_until(&UARTFR, FR_TXFF, 0);
    UARTDR = byte;
}

void mcuq_uart_drain(void)
{
    wait_until(&UARTFR, FR_BUSY, 0);
}
