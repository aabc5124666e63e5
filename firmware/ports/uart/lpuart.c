/* The LPUART of NXP's i.MX RT parts (i.MX RT1060 Reference Manual, LPUART). */
#include "mcuq_board.h"
#include "mcuq_port.h"
#include "registers.h"
#include "uart.h"

#define LPUART_BAUD REGISTER(MCUQ_UART_BASE + 0x10u)
#define LPUART_STAT REGISTER(MCUQ_UART_BASE + 0x14u)
#define LPUART_CTRL REGISTER(MCUQ_UART_BASE + 0x18u)
#define LPUART_DATA REGISTER(MCUQ_UART_BASE + 0x1Cu)
#define LPUART_FIFO REGISTER(MCUQ_UART_BASE + 0x28u)
#define STAT_ERRORS (0xFu << 16) /* parity, framing, noise, overrun: a written one clears it */
#define STAT_RDRF (1u << 21)
#define STAT_TC (1u << 22)
#define STAT_TDRE (1u << 23)
#define CTRL_TX_RX (3u << 18)
#define FIFO_TX_RX ((1u << 7) | (1u << 3))
/* Samples a bit: as many as there are clocks in one, where the field holds them. */
#define CLOCKS ((MCUQ_UART_CLOCK_HZ + MCUQ_UART_BAUD / 2u) / MCUQ_UART_BAUD)
#define SAMPLES (CLOCKS <= 32u ? CLOCKS : 16u)
#define DIVISOR ((CLOCKS + SAMPLES / 2u) / SAMPLES)
_Static_assert(CLOCKS >= 8u, "below eight clocks a bit both edges would have to be sampled");
_Static_assert(DIVISOR < 0x2000u, "the divisor holds 13 bits");

void mcuq_uart_init(void)
{
    LPUART_CTRL = 0;
    LPUART_BAUD = ((SAMPLES - 1u) << 24) | DIVISOR;
    LPUART_FIFO = FIFO_TX_RX;
    LPUART_CTRL = CTRL_TX_RX;
}

int mcuq_uart_read(void)
{
    const uint32_t status = LPUART_STAT;
    if ((status & STAT_ERRORS) != 0) {
        LPUART_STAT = STAT_ERRORS;
    }
    return (status & STAT_RDRF) != 0 ? (int)(LPUART_DATA & 0xFFu) : -1;
}

void mcuq_uart_write(uint8_t byte)
{
    wait_until(&LPUART_STAT, STAT_TDRE, STAT_TDRE);
    LPUART_DATA = byte;
}

void mcuq_uart_drain(void)
{
    wait_until(&LPUART_STAT, STAT_TC, STAT_TC);
}
