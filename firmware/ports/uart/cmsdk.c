/* The UART of Arm's Cortex-M System Design Kit (DDI 0479, section 4.3). */
#include "mcuq_board.h"
#include "mcuq_port.h"
#include "registers.h"
#include "uart.h"

#define DATA REGISTER(MCUQ_UART_BASE + 0x00u)
#define STATE REGISTER(MCUQ_UART_BASE + 0x04u)
#define CTRL REGISTER(MCUQ_UART_BASE + 0x08u)
#define BAUDDIV REGISTER(MCUQ_UART_BASE + 0x10u)
#define STATE_TX_FULL (1u << 0)
#define STATE_RX_FULL (1u << 1)
#define STATE_OVERRUNS (3u << 2)
#define CTRL_TX_RX 3u

void mcuq_uart_init(void)
{
    BAUDDIV = MCUQ_UART_CLOCK_HZ / MCUQ_UART_BAUD;
    CTRL = CTRL_TX_RX;
}

int mcuq_uart_read(void)
{
    const uint32_t state = STATE;
    if ((state & STATE_OVERRUNS) != 0) {
        STATE = STATE_OVERRUNS;
    }
    return (state & STATE_RX_FULL) != 0 ? (int)(DATA & 0xFFu) : -1;
}

void mcuq_uart_write(uint8_t byte)
{
    wait_until(&STATE, STATE_TX_FULL, 0);
    DATA = byte;
}

void mcuq_uart_drain(void)
{
    wait_until(&STATE, STATE_TX_FULL, 0);
}
