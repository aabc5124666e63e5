/* Apollo4 Plus: 96 MHz from the internal oscillator; the cache, the UART's power. */
#include "mcuq_port.h"
#include "registers.h"
#include "uart.h"

/* Apollo4 Plus data sheet, PWRCTRL and CPU; the register pages of AmbiqSuite have the same. */
#define PWRCTRL_MCUPERFREQ REGISTER(0x40021000u)
#define MCUPERFREQ_REQUEST 3u
#define MCUPERFREQ_96_MHZ 1u
#define MCUPERFREQ_DONE (1u << 2)
#define PWRCTRL_DEVPWREN REGISTER(0x40021004u)
#define PWRCTRL_DEVPWRSTATUS REGISTER(0x40021008u)
#define DEVPWR_UART0 (1u << 9)
#define CPU_CACHECFG REGISTER(0x48000000u)
#define CACHECFG_ENABLE (1u << 0)
/* Direct mapped, 4,096 lines of 16 bytes: the default of AmbiqSuite. */
#define CACHECFG_64_KB (0xEu << 4)
#define CACHECFG_CODE_AND_DATA (3u << 8)
#define CACHECFG_CLOCKS_GATED ((1u << 10) | (1u << 20))
#define CPU_CACHECTRL REGISTER(0x48000008u)
#define CACHECTRL_INVALIDATE (1u << 0)

void mcuq_port_init(void)
{
    write_field(&PWRCTRL_MCUPERFREQ, MCUPERFREQ_REQUEST, MCUPERFREQ_96_MHZ);
    wait_until(&PWRCTRL_MCUPERFREQ, MCUPERFREQ_DONE, MCUPERFREQ_DONE);
    CPU_CACHECFG &= ~CACHECFG_CODE_AND_DATA;
    CPU_CACHECFG = CACHECFG_64_KB | CACHECFG_CODE_AND_DATA | CACHECFG_CLOCKS_GATED;
    set_bits(&CPU_CACHECFG, CACHECFG_ENABLE);
    CPU_CACHECTRL = CACHECTRL_INVALIDATE;
    set_bits(&PWRCTRL_DEVPWREN, DEVPWR_UART0);
    wait_until(&PWRCTRL_DEVPWRSTATUS, DEVPWR_UART0, DEVPWR_UART0);
    mcuq_uart_init();
}
