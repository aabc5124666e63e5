/* nRF52840: 64 MHz from reset; the crystal for the UART, the flash cache. */
#include "mcuq_port.h"
#include "registers.h"
#include "uart.h"

/* nRF52840 Product Specification v1.7, sections 5.4.3 (CLOCK) and 4.3.6 (NVMC). */
#define CLOCK_TASKS_HFCLKSTART REGISTER(0x40000000u)
#define CLOCK_EVENTS_HFCLKSTARTED REGISTER(0x40000100u)
#define NVMC_ICACHECNF REGISTER(0x4001E540u)
#define NVMC_ICACHECNF_CACHEEN 1u

void mcuq_port_init(void)
{
    CLOCK_TASKS_HFCLKSTART = 1;
    wait_until(&CLOCK_EVENTS_HFCLKSTARTED, 1u, 1u);
    NVMC_ICACHECNF = NVMC_ICACHECNF_CACHEEN;
    mcuq_uart_init();
}
