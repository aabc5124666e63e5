/* STM32G0: 64 MHz from the internal 16 MHz oscillator. */
#include "mcuq_port.h"
#include "registers.h"
#include "uart.h"

/* RM0444 section 5.4 (RCC), 3.7 (FLASH). The HSI16 runs from reset. */
#define RCC_CR REGISTER(0x40021000u)
#define RCC_CFGR REGISTER(0x40021008u)
#define RCC_PLLCFGR REGISTER(0x4002100Cu)
#define RCC_CR_PLLON (1u << 24)
#define RCC_CR_PLLRDY (1u << 25)
#define CFGR_SW_PLL 2u
#define CFGR_SWS_PLL (2u << 3)
/* HSI16 / 1 × 8 / 2; the fields hold M - 1 and R - 1. */
#define PLLCFGR_64_MHZ (2u | (8u << 8) | (1u << 28) | (1u << 29))
#define FLASH_ACR REGISTER(0x40022000u)
#define FLASH_ACR_LATENCY_2 2u
#define FLASH_ACR_PREFETCH_CACHE (3u << 8)

void mcuq_port_init(void)
{
    RCC_PLLCFGR = PLLCFGR_64_MHZ;
    set_bits(&RCC_CR, RCC_CR_PLLON);
    write_field(&FLASH_ACR, 7u, FLASH_ACR_LATENCY_2 | FLASH_ACR_PREFETCH_CACHE);
    wait_until(&FLASH_ACR, 7u, FLASH_ACR_LATENCY_2);
    wait_until(&RCC_CR, RCC_CR_PLLRDY, RCC_CR_PLLRDY);
    RCC_CFGR = CFGR_SW_PLL;
    wait_until(&RCC_CFGR, CFGR_SWS_PLL, CFGR_SWS_PLL);
    mcuq_uart_init();
}
