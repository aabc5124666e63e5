/* STM32F1: 64 MHz, the most its internal oscillator gives (8 MHz / 2 × 16). */
#include "mcuq_port.h"
#include "registers.h"
#include "uart.h"

/* RM0008 section 7.3 (RCC), 3.3.3 (FLASH_ACR). */
#define RCC_CR REGISTER(0x40021000u)
#define RCC_CFGR REGISTER(0x40021004u)
#define RCC_CR_PLLON (1u << 24)
#define RCC_CR_PLLRDY (1u << 25)
#define CFGR_SW_PLL 2u
#define CFGR_SWS_PLL (2u << 2)
#define CFGR_APB1_HALF (4u << 8)
#define CFGR_PLL_TIMES_16 (14u << 18)
#define FLASH_ACR REGISTER(0x40022000u)
#define FLASH_ACR_LATENCY_2 2u
#define FLASH_ACR_PREFETCH (1u << 4)

void mcuq_port_init(void)
{
    FLASH_ACR = FLASH_ACR_LATENCY_2 | FLASH_ACR_PREFETCH;
    RCC_CFGR = CFGR_PLL_TIMES_16 | CFGR_APB1_HALF;
    set_bits(&RCC_CR, RCC_CR_PLLON);
    wait_until(&RCC_CR, RCC_CR_PLLRDY, RCC_CR_PLLRDY);
    RCC_CFGR = CFGR_PLL_TIMES_16 | CFGR_APB1_HALF | CFGR_SW_PLL;
    wait_until(&RCC_CFGR, CFGR_SWS_PLL, CFGR_SWS_PLL);
    mcuq_uart_init();
}
