#ifndef MCUQ_UART_H
#define MCUQ_UART_H

/* Pins, clock and baud rate of the board's UART; after the clock runs. */
void mcuq_uart_init(void);

#endif
