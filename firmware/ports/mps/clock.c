/* Arm's MPS2 and MPS3 boards and QEMU's models of them: clocks run by themselves. */
#include "mcuq_port.h"
#include "uart.h"

void mcuq_port_init(void)
{
    mcuq_uart_init();
}
