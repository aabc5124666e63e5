/* The USART of STM32 F1 and F4 (RM0008 section 27.6, RM0390 section 25.6). */
#include "family.h"
#include "gpio.h"
#include "mcuq_board.h"
#include "mcuq_port.h"
#include "registers.h"
#include "uart.h"

#define USART_SR REGISTER(MCUQ_UART_BASE + 0x00u)
#define USART_DR REGISTER(MCUQ_UART_BASE + 0x04u)
#define USART_BRR REGISTER(MCUQ_UART_BASE + 0x08u)
#define USART_CR1 REGISTER(MCUQ_UART_BASE + 0x0Cu)
#define CR1_RE (1u << 2)
#define CR1_TE (1u << 3)
#define CR1_UE (1u << 13)
#define SR_RXNE (1u << 5)
#define SR_TC (1u << 6)
#define SR_TXE (1u << 7)

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
    /* Reading the status and then the data clears every error flag too. */
    return (USART_SR & SR_RXNE) != 0 ? (int)(USART_DR & 0xFFu) : -1;
}

void mcuq_uart_write(uint8_t byte)
{
    wait_until(&USART_SR, SR_TXE, SR_TXE);
    USART_DR = byte;
}

void mcuq_uart_drain(void)
{
    wait_until(&USART_SR, SR_TC, SR_TC);
}
