/* The UART of Nuvoton's NuMicro parts (M55M1 Series Technical Reference Manual, UART). */
#include "mcuq_board.h"
#include "mcuq_port.h"
#include "registers.h"
#include "uart.h"

#define UART_DAT REGISTER(MCUQ_UART_BASE + 0x00u)
#define UART_LINE REGISTER(MCUQ_UART_BASE + 0x0Cu)
#define UART_FIFOSTS REGISTER(MCUQ_UART_BASE + 0x18u)
#define UART_BAUD REGISTER(MCUQ_UART_BASE + 0x24u)
#define LINE_8_BITS 3u
#define FIFOSTS_RXEMPTY (1u << 14)
#define FIFOSTS_TXFULL (1u << 23)
#define FIFOSTS_TXEMPTYF (1u << 28)
#define BAUD_MODE_2 (3u << 28) /* clock / (divisor + 2) */

void mcuq_uart_init(void)
{
    UART_LINE = LINE_8_BITS;
    UART_BAUD =
        BAUD_MODE_2 | ((MCUQ_UART_CLOCK_HZ + MCUQ_UART_BAUD / 2u) / MCUQ_UART_BAUD - 2u);
}

int mcuq_uart_read(void)
{
    return (UART_FIFOSTS & FIFOSTS_RXEMPTY) == 0 ? (int)(UART_DAT & 0xFFu) : -1;
}

void mcuq_uart_write(uint8_t byte)
{
    wait_until(&UART_FIFOSTS, FIFOSTS_TXFULL, 0);
    UART_DAT = byte;
}

void mcuq_uart_drain(void)
{
    wait_until(&UART_FIFOSTS, FIFOSTS_TXEMPTYF, FIFOSTS_TXEMPTYF);
}
