/* STM32L4: 80 MHz from the internal 16 MHz oscillator, flash accelerator on. */
#include "mcuq_port.h"
#include "registers.h"
#include "uart.h"

/* RM0394 section 6.4 (RCC), 3.7 (FLASH); RM0351 has the same registers. */
#define RCC_CR REGISTER(0x40021000u)
#define RCC_CFGR REGISTER(0x40021008u)
#define RCC_PLLCFGR REGISTER(0x4002100Cu)
#define RCC_CR_HSION (1u << 8)
#define RCC_CR_HSIRDY (1u << 10)
#define RCC_CR_PLLON (1u << 24)
#define RCC_CR_PLLRDY (1u << 25)
#define CFGR_SW_PLL 3u
#define CFGR_SWS_PLL (3u << 2)
/* HSI16 / 2 × 20 / 2; the fields hold M - 1 and R / 2 - 1. */
#define PLLCFGR_80_MHZ (2u | (1u << 4) | (20u << 8) | (1u << 24))
#define FLASH_ACR REGISTER(0x40022000u)
#define FLASH_ACR_LATENCY_4 4u
#define FLASH_ACR_CACHES (7u << 8)

void mcuq_port_init(void)
{
    set_bits(&RCC_CR, RCC_CR_HSION);
    wait_until(&RCC_CR, RCC_CR_HSIRDY, RCC_CR_HSIRDY);
    RCC_PLLCFGR = PLLCFGR_80_MHZ;
    set_bits(&RCC_CR, RCC_CR_PLLON);
    wait_until(&RCC_CR, RCC_CR_PLLRDY, RCC_CR_PLLRDY);
    FLASH_ACR = FLASH_ACR_LATENCY_4 | FLASH_ACR_CACHES;
    wait_until(&FLASH_ACR, 7u, FLASH_ACR_LATENCY_4);
    RCC_CFGR = CFGR_SW_PLL;
    wait_until(&RCC_CFGR, CFGR_SWS_PLL, CFGR_SWS_PLL);
    mcuq_uart_init();
}
