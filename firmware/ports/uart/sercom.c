/* The SERCOM of Microchip's SAM parts as a USART (SAM D5x/E5x data sheet, SERCOM USART): it sends on
 * its pad 0 and receives on pad 1. */
#include "mcuq_board.h"
#include "mcuq_port.h"
#include "pins.h"
#include "registers.h"
#include "uart.h"

#define CTRLA REGISTER(MCUQ_UART_BASE + 0x00u)
#define CTRLB REGISTER(MCUQ_UART_BASE + 0x04u)
#define BAUD (*(volatile uint16_t *)(uintptr_t)(MCUQ_UART_BASE + 0x0Cu))
#define INTFLAG REGISTER8(MCUQ_UART_BASE + 0x18u)
#define SYNCBUSY REGISTER(MCUQ_UART_BASE + 0x1Cu)
#define DATA REGISTER(MCUQ_UART_BASE + 0x28u)
#define CTRLA_SWRST 1u
#define CTRLA_ENABLE (1u << 1)
#define CTRLA_USART_RECEIVES_ON_1 ((1u << 2) | (1u << 20) | (1u << 30))
#define CTRLB_TX_RX (3u << 16)
#define INTFLAG_DRE (1u << 0)
#define INTFLAG_TXC (1u << 1)
#define INTFLAG_RXC (1u << 2)
#define SYNCBUSY_ANY 0x1Fu
/* 65536 × (1 - 16 × baud / clock) */
#define BAUD_CODE (65536u - (uint32_t)(((uint64_t)MCUQ_UART_BAUD << 20) / MCUQ_UART_CLOCK_HZ))
_Static_assert(BAUD_CODE > 0u && BAUD_CODE < 65536u, "a sixteenth of the clock is the limit");

static void synchronize(void)
{
    wait_until(&SYNCBUSY, SYNCBUSY_ANY, 0);
}

void mcuq_uart_init(void)
{
    set_bits(&REGISTER(MCUQ_UART_ENABLE_REGISTER), 1u << MCUQ_UART_ENABLE_BIT);
    pin_function(MCUQ_TX_PORT, MCUQ_TX_PIN, MCUQ_TX_FUNCTION);
    pin_function(MCUQ_RX_PORT, MCUQ_RX_PIN, MCUQ_RX_FUNCTION);
    CTRLA = CTRLA_SWRST;
    synchronize();
    CTRLA = CTRLA_USART_RECEIVES_ON_1;
    BAUD = (uint16_t)BAUD_CODE;
    CTRLB = CTRLB_TX_RX;
    synchronize();
    CTRLA = CTRLA_USART_RECEIVES_ON_1 | CTRLA_ENABLE;
    synchronize();
}

int mcuq_uart_read(void)
{
    return (INTFLAG & INTFLAG_RXC) != 0 ? (int)(DATA & 0xFFu) : -1;
}

void mcuq_uart_write(uint8_t byte)
{
    while ((INTFLAG & INTFLAG_DRE) == 0) {
    }
    DATA = byte;
}

void mcuq_uart_drain(void)
{
    while ((INTFLAG & INTFLAG_TXC) == 0) {
    }
}
