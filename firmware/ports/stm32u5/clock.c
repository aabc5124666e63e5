/* STM32U5: 160 MHz from the internal 16 MHz oscillator, with the power stage's booster. */
#include "mcuq_port.h"
#include "registers.h"
#include "uart.h"

/* RM0456 section 11.8 (RCC), 10.10 (PWR), 7.9 (FLASH), 8.7 (ICACHE). */
#define RCC_CR REGISTER(0x46020C00u)
#define RCC_CFGR1 REGISTER(0x46020C1Cu)
#define RCC_PLL1CFGR REGISTER(0x46020C28u)
#define RCC_PLL1DIVR REGISTER(0x46020C34u)
#define RCC_AHB3ENR REGISTER(0x46020C94u)
#define RCC_AHB3ENR_PWREN (1u << 2)
#define RCC_CR_HSION (1u << 8)
#define RCC_CR_HSIRDY (1u << 10)
#define RCC_CR_PLL1ON (1u << 24)
#define RCC_CR_PLL1RDY (1u << 25)
#define CFGR1_SW_PLL1 3u
#define CFGR1_SWS_PLL1 (3u << 2)
#define PWR_VOSR REGISTER(0x4602080Cu)
#define PWR_VOSR_BOOSTRDY (1u << 14)
#define PWR_VOSR_VOSRDY (1u << 15)
#define PWR_VOSR_RANGE_1 (3u << 16)
#define PWR_VOSR_BOOSTEN (1u << 18)
#define FLASH_ACR REGISTER(0x40022000u)
#define FLASH_ACR_LATENCY_4 4u
#define FLASH_ACR_PREFETCH (1u << 8)
#define ICACHE_CR REGISTER(0x40030400u)
#define ICACHE_CR_EN 1u

/* HSI16 / 1 × 10 / 1, booster clocked with HSI16 / 1; DIVR holds N - 1, P - 1, Q - 1, R - 1. */
#define PLL1CFGR_160_MHZ (2u | (3u << 2) | (1u << 18))
#define PLL1DIVR_160_MHZ ((10u - 1u) | (1u << 9) | (1u << 16) | (0u << 24))

static void start_voltage(void)
{
    set_bits(&RCC_AHB3ENR, RCC_AHB3ENR_PWREN);
    set_bits(&PWR_VOSR, PWR_VOSR_RANGE_1);
    wait_until(&PWR_VOSR, PWR_VOSR_VOSRDY, PWR_VOSR_VOSRDY);
    set_bits(&PWR_VOSR, PWR_VOSR_BOOSTEN);
    wait_until(&PWR_VOSR, PWR_VOSR_BOOSTRDY, PWR_VOSR_BOOSTRDY);
}

void mcuq_port_init(void)
{
    set_bits(&RCC_CR, RCC_CR_HSION);
    wait_until(&RCC_CR, RCC_CR_HSIRDY, RCC_CR_HSIRDY);
    RCC_PLL1CFGR = PLL1CFGR_160_MHZ;
    RCC_PLL1DIVR = PLL1DIVR_160_MHZ;
    start_voltage();
    set_bits(&RCC_CR, RCC_CR_PLL1ON);
    wait_until(&RCC_CR, RCC_CR_PLL1RDY, RCC_CR_PLL1RDY);
    FLASH_ACR = FLASH_ACR_LATENCY_4 | FLASH_ACR_PREFETCH;
    wait_until(&FLASH_ACR, 0xFu, FLASH_ACR_LATENCY_4);
    RCC_CFGR1 = CFGR1_SW_PLL1;
    wait_until(&RCC_CFGR1, CFGR1_SWS_PLL1, CFGR1_SWS_PLL1);
    set_bits(&ICACHE_CR, ICACHE_CR_EN);
    mcuq_uart_init();
}
