/* The USART of STM32 F0, F3, F7, G0, G4, L4, H5, H7, U5 (RM0385 section 31.8). */
#include "family.h"
#include "gpio.h"
#include "mcuq_board.h"
#include "mcuq_port.h"
#include "registers.h"
#include "uart.h"

#define USART_CR1 REGISTER(MCUQ_UART_BASE + 0x00u)
#define USART_BRR REGISTER(MCUQ_UART_BASE + 0x0Cu)
#define USART_ISR REGISTER(MCUQ_UART_BASE + 0x1Cu)
#define USART_ICR REGISTER(MCUQ_UART_BASE + 0x20u)
#define USART_RDR REGISTER(MCUQ_UART_BASE + 0x24u)
#define USART_TDR REGISTER(MCUQ_UART_BASE + 0x28u)
#define CR1_UE (1u << 0)
#define CR1_RE (1u << 2)
#define CR1_TE (1u << 3)
#define ISR_ERRORS 0xFu /* parity, framing, noise, overrun: the same bits clear them in ICR */
#define ISR_RXNE (1u << 5)
#define ISR_TC (1u << 6)
#define ISR_TXE (1u << 7)

void mcuq_uart_init(void)
{
    set_bits(&REGISTER(MCUQ_UART_ENABLE_REGISTER), 1u << MCUQ_UART_ENABLE_BIT);
    gpio_alternate(MCUQ_TX_PORT, MCUQ_TX_PIN, MCUQ_TX_FUNCTION);
    gpio_alternate(MCUQ_RX_PORT, MCUQ_RX_PIN, MCUQ_RX_FUNCTION);
    USART_BRR = (MCUQ_UART_CLOCK_HZ + MCUQ_UART_BAUD / 2u) / MCUQ_UART_BAUD;
    USART_CR1 = CR1_UE | CR1_RE | CR1_TE;
}

int mcuq_uart_read(void)
{
    const uint32_t status = USART_ISR;
    if ((status & ISR_ERRORS) != 0) {
        USART_ICR = ISR_ERRORS;
    }
    return (status & ISR_RXNE) != 0 ? (int)(USART_RDR & 0xFFu) : -1;
}

void mcuq_uart_write(uint8_t byte)
{
    wait_until(&USART_ISR, ISR_TXE, ISR_TXE);
    USART_TDR = byte;
}

void mcuq_uart_drain(void)
{
    wait_until(&USART_ISR, ISR_TC, ISR_TC);
}
