/* SAMD51: 120 MHz from the internal 48 MHz oscillator, however the boot loader has left it. */
#include "mcuq_port.h"
#include "registers.h"
#include "uart.h"

/* SAM D5x/E5x data sheet, GCLK, OSCCTRL and CMCC; ATSAMD51J20A.svd has the same. Flash wait states
 * follow the clock by themselves (NVMCTRL.CTRLA.AUTOWS, on after a reset). */
#define GCLK_CTRLA REGISTER(0x40001C00u)
#define GCLK_CTRLA_SWRST 1u
#define GCLK_SYNCBUSY REGISTER(0x40001C04u)
#define GCLK_SYNCBUSY_ANY 0x3FFDu
#define GCLK_GENCTRL(number) REGISTER(0x40001C20u + 4u * (number))
#define GENCTRL_DFLL 6u
#define GENCTRL_DPLL0 7u
#define GENCTRL_ENABLE (1u << 8)
#define GENCTRL_DIVIDED_BY(count) ((count) << 16)
#define GCLK_PCHCTRL(number) REGISTER(0x40001C80u + 4u * (number))
#define PCHCTRL_ENABLE (1u << 6)
#define CORE 0u
#define FOR_UART 1u
#define FOR_DPLL 5u
#define CHANNEL_DPLL0 1u
#define CHANNEL_SERCOM5 35u
#define DPLL0_CTRLA REGISTER(0x40001030u)
#define DPLL0_CTRLA_ENABLE 2u
#define DPLL0_RATIO REGISTER(0x40001034u)
#define DPLL0_CTRLB REGISTER(0x40001038u)
#define DPLL0_CTRLB_GCLK_LBYPASS (1u << 11) /* the first silicon loses its lock without it */
#define DPLL0_SYNCBUSY REGISTER(0x4000103Cu)
#define DPLL0_SYNCBUSY_ANY 6u
#define DPLL0_STATUS REGISTER(0x40001040u)
#define DPLL0_STATUS_LOCKED 3u
#define CMCC_CTRL REGISTER(0x41006008u)

/* Generator `number` gives what its source does, divided by `count`. */
static void generate(uint32_t number, uint32_t source, uint32_t count)
{
    GCLK_GENCTRL(number) = source | GENCTRL_ENABLE | GENCTRL_DIVIDED_BY(count);
    wait_until(&GCLK_SYNCBUSY, GCLK_SYNCBUSY_ANY, 0);
}

/* 1 MHz × 120. */
static void start_pll(void)
{
    DPLL0_CTRLA = 0;
    wait_until(&DPLL0_SYNCBUSY, DPLL0_SYNCBUSY_ANY, 0);
    GCLK_PCHCTRL(CHANNEL_DPLL0) = FOR_DPLL | PCHCTRL_ENABLE;
    DPLL0_RATIO = 120u - 1u;
    wait_until(&DPLL0_SYNCBUSY, DPLL0_SYNCBUSY_ANY, 0);
    DPLL0_CTRLB = DPLL0_CTRLB_GCLK_LBYPASS;
    DPLL0_CTRLA = DPLL0_CTRLA_ENABLE;
    wait_until(&DPLL0_STATUS, DPLL0_STATUS_LOCKED, DPLL0_STATUS_LOCKED);
}

void mcuq_port_init(void)
{
    GCLK_CTRLA = GCLK_CTRLA_SWRST; /* back to the oscillator */
    wait_until(&GCLK_SYNCBUSY, GCLK_CTRLA_SWRST, 0);
    generate(FOR_UART, GENCTRL_DFLL, 1);
    generate(FOR_DPLL, GENCTRL_DFLL, 48);
    start_pll();
    generate(CORE, GENCTRL_DPLL0, 1);
    GCLK_PCHCTRL(CHANNEL_SERCOM5) = FOR_UART | PCHCTRL_ENABLE;
    CMCC_CTRL = 1u;
    mcuq_uart_init();
}
