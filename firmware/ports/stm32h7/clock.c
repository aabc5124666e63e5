/* STM32H743: 400 MHz from the internal 64 MHz oscillator, caches on. */
#include "cache.h"
#include "mcuq_port.h"
#include "registers.h"
#include "uart.h"

/* RM0433 section 8.7 (RCC), 6.8 (PWR), 4.9 (FLASH). */
#define RCC_CR REGISTER(0x58024400u)
#define RCC_CFGR REGISTER(0x58024410u)
#define RCC_D1CFGR REGISTER(0x58024418u)
#define RCC_D2CFGR REGISTER(0x5802441Cu)
#define RCC_D3CFGR REGISTER(0x58024420u)
#define RCC_PLLCKSELR REGISTER(0x58024428u)
#define RCC_PLLCFGR REGISTER(0x5802442Cu)
#define RCC_PLL1DIVR REGISTER(0x58024430u)
#define RCC_CR_PLL1ON (1u << 24)
#define RCC_CR_PLL1RDY (1u << 25)
#define CFGR_SW_PLL1 3u
#define CFGR_SWS_PLL1 (3u << 3)
#define PWR_CSR1 REGISTER(0x58024804u)
#define PWR_CSR1_ACTVOSRDY (1u << 13)
#define PWR_CR3 REGISTER(0x5802480Cu)
#define PWR_CR3_LDOEN (1u << 1)
#define PWR_D3CR REGISTER(0x58024818u)
#define PWR_D3CR_VOSRDY (1u << 13)
#define PWR_D3CR_SCALE_1 (3u << 14)
#define FLASH_ACR REGISTER(0x52002000u)
#define FLASH_ACR_200_MHZ 0x22u /* two wait states, signal delay for 185 to 210 MHz */

/* 64 MHz / 16 × 200 / 2; DIVR holds N - 1 and P - 1. */
#define PLL1_M 16u
#define PLL1_DIVR ((200u - 1u) | (1u << 9) | (1u << 16) | (1u << 24))
#define PLLCFGR_INPUT_4_TO_8_MHZ (2u << 2)
#define PLLCFGR_DIVP1EN (1u << 16)
/* AHB at 200 MHz, every APB at 100 MHz. */
#define D1CFGR_HALVES (8u | (4u << 4))
#define D2CFGR_HALVES ((4u << 4) | (4u << 8))
#define D3CFGR_HALF (4u << 4)

static void start_voltage(void)
{
    PWR_CR3 = PWR_CR3_LDOEN;
    wait_until(&PWR_CSR1, PWR_CSR1_ACTVOSRDY, PWR_CSR1_ACTVOSRDY);
    PWR_D3CR = PWR_D3CR_SCALE_1;
    wait_until(&PWR_D3CR, PWR_D3CR_VOSRDY, PWR_D3CR_VOSRDY);
}

void mcuq_port_init(void)
{
    start_voltage();
    RCC_PLLCKSELR = PLL1_M << 4;
    RCC_PLLCFGR = PLLCFGR_INPUT_4_TO_8_MHZ | PLLCFGR_DIVP1EN;
    RCC_PLL1DIVR = PLL1_DIVR;
    set_bits(&RCC_CR, RCC_CR_PLL1ON);
    wait_until(&RCC_CR, RCC_CR_PLL1RDY, RCC_CR_PLL1RDY);
    FLASH_ACR = FLASH_ACR_200_MHZ;
    wait_until(&FLASH_ACR, 0xFu, FLASH_ACR_200_MHZ & 0xFu);
    RCC_D1CFGR = D1CFGR_HALVES;
    RCC_D2CFGR = D2CFGR_HALVES;
    RCC_D3CFGR = D3CFGR_HALF;
    RCC_CFGR = CFGR_SW_PLL1;
    wait_until(&RCC_CFGR, 7u << 3, CFGR_SWS_PLL1);
    enable_caches();
    mcuq_uart_init();
}
