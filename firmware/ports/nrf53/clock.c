/* nRF5340, application core: 64 MHz as after a reset; the crystal for the UART, the cache. */
#include "mcuq_port.h"
#include "registers.h"
#include "uart.h"

/* nRF5340 Product Specification, CLOCK, CACHE, FICR, UICR and CTRL-AP; nrf5340_application.svd has
 * the same. */
#define CLOCK_TASKS_HFCLKSTART REGISTER(0x50005000u)
#define CLOCK_EVENTS_HFCLKSTARTED REGISTER(0x50005100u)
#define CACHE_ENABLE REGISTER(0x50001500u)
#define FICR_TRIMCNF_ADDR(index) REGISTER(0x00FF0300u + 8u * (index))
#define FICR_TRIMCNF_DATA(index) REGISTER(0x00FF0304u + 8u * (index))
#define UICR_APPROTECT REGISTER(0x00FF8000u)
#define UICR_SECUREAPPROTECT REGISTER(0x00FF801Cu)
#define CTRLAP_APPROTECT_DISABLE REGISTER(0x50006544u)
#define CTRLAP_SECUREAPPROTECT_DISABLE REGISTER(0x5000654Cu)
#define TRIMS 32u
#define ERASED 0xFFFFFFFFu

/* What the factory measured of this very device goes where the device wants it. */
static void trim(void)
{
    for (uint32_t index = 0; index < TRIMS && FICR_TRIMCNF_ADDR(index) != ERASED; index++) {
        REGISTER(FICR_TRIMCNF_ADDR(index)) = FICR_TRIMCNF_DATA(index);
    }
}

/* A device that was opened for a debugger stays open: each reset closes it until this is written. */
static void keep_debugger(void)
{
    CTRLAP_APPROTECT_DISABLE = UICR_APPROTECT;
    CTRLAP_SECUREAPPROTECT_DISABLE = UICR_SECUREAPPROTECT;
}

void mcuq_port_init(void)
{
    trim();
    keep_debugger();
    CLOCK_TASKS_HFCLKSTART = 1;
    wait_until(&CLOCK_EVENTS_HFCLKSTARTED, 1u, 1u);
    CACHE_ENABLE = 1u;
    mcuq_uart_init();
}
