/* STM32H5: 250 MHz from the internal oscillator (64 MHz, halved at reset). */
#include "mcuq_port.h"
#include "registers.h"
#include "uart.h"

/* RM0481 section 11.8 (RCC), 10.11 (PWR), 7.11 (FLASH), 8.7 (ICACHE). */
#define RCC_CR REGISTER(0x44020C00u)
#define RCC_CFGR1 REGISTER(0x44020C1Cu)
#define RCC_PLL1CFGR REGISTER(0x44020C28u)
#define RCC_PLL1DIVR REGISTER(0x44020C34u)
#define RCC_CR_PLL1ON (1u << 24)
#define RCC_CR_PLL1RDY (1u << 25)
#define CFGR1_SW_PLL1 3u
#define CFGR1_SWS_PLL1 (3u << 3)
#define PWR_VOSCR REGISTER(0x44020810u)
#define PWR_VOSCR_SCALE_0 (3u << 4)
#define PWR_VOSSR REGISTER(0x44020814u)
#define PWR_VOSSR_VOSRDY (1u << 3)
#define FLASH_ACR REGISTER(0x40022000u)
#define FLASH_ACR_250_MHZ (5u | (2u << 4) | (1u << 8))
#define ICACHE_CR REGISTER(0x40030400u)
#define ICACHE_CR_EN 1u

/* 32 MHz / 8 × 125 / 2; DIVR holds N - 1, P - 1, Q - 1, R - 1. */
#define PLL1CFGR_250_MHZ (1u | (2u << 2) | (8u << 8) | (1u << 16))
#define PLL1DIVR_250_MHZ ((125u - 1u) | (1u << 9) | (1u << 16) | (1u << 24))

void mcuq_port_init(void)
{
    PWR_VOSCR = PWR_VOSCR_SCALE_0;
    wait_until(&PWR_VOSSR, PWR_VOSSR_VOSRDY, PWR_VOSSR_VOSRDY);
    RCC_PLL1CFGR = PLL1CFGR_250_MHZ;
    RCC_PLL1DIVR = PLL1DIVR_250_MHZ;
    set_bits(&RCC_CR, RCC_CR_PLL1ON);
    wait_until(&RCC_CR, RCC_CR_PLL1RDY, RCC_CR_PLL1RDY);
    FLASH_ACR = FLASH_ACR_250_MHZ;
    wait_until(&FLASH_ACR, 0xFu, FLASH_ACR_250_MHZ & 0xFu);
    RCC_CFGR1 = CFGR1_SW_PLL1;
    wait_until(&RCC_CFGR1, 7u << 3, CFGR1_SWS_PLL1);
    set_bits(&ICACHE_CR, ICACHE_CR_EN);
    mcuq_uart_init();
}
