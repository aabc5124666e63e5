/* STM32G4: 170 MHz from the internal 16 MHz oscillator, in boost mode. */
#include "mcuq_port.h"
#include "registers.h"
#include "uart.h"

/* RM0440, RCC, PWR and FLASH; STM32G474xx.svd has the same. */
#define RCC_CR REGISTER(0x40021000u)
#define RCC_CFGR REGISTER(0x40021008u)
#define RCC_PLLCFGR REGISTER(0x4002100Cu)
#define RCC_APB1ENR1 REGISTER(0x40021058u)
#define RCC_APB1ENR1_PWREN (1u << 28)
#define RCC_CR_HSION (1u << 8)
#define RCC_CR_HSIRDY (1u << 10)
#define RCC_CR_PLLON (1u << 24)
#define RCC_CR_PLLRDY (1u << 25)
#define CFGR_SW_PLL 3u
#define CFGR_SWS_PLL (3u << 2)
#define CFGR_AHB_HALVED (8u << 4)
/* HSI16 / 4 × 85 / 2; the fields hold M - 1 and R / 2 - 1. */
#define PLLCFGR_170_MHZ (2u | (3u << 4) | (85u << 8) | (1u << 24))
#define PWR_CR5 REGISTER(0x40007080u)
#define PWR_CR5_R1MODE (1u << 8) /* 0: boost, needed above 150 MHz */
#define FLASH_ACR REGISTER(0x40022000u)
#define FLASH_ACR_LATENCY_4 4u
#define FLASH_ACR_CACHES (7u << 8)
/* A turn takes three cycles and more: the bus may speed up a microsecond after the core has. */
#define TURNS_OF_A_MICROSECOND 60u

void mcuq_port_init(void)
{
    set_bits(&RCC_APB1ENR1, RCC_APB1ENR1_PWREN);
    PWR_CR5 &= ~PWR_CR5_R1MODE;
    set_bits(&RCC_CR, RCC_CR_HSION);
    wait_until(&RCC_CR, RCC_CR_HSIRDY, RCC_CR_HSIRDY);
    RCC_PLLCFGR = PLLCFGR_170_MHZ;
    set_bits(&RCC_CR, RCC_CR_PLLON);
    wait_until(&RCC_CR, RCC_CR_PLLRDY, RCC_CR_PLLRDY);
    FLASH_ACR = FLASH_ACR_LATENCY_4 | FLASH_ACR_CACHES;
    wait_until(&FLASH_ACR, 0xFu, FLASH_ACR_LATENCY_4);
    RCC_CFGR = CFGR_SW_PLL | CFGR_AHB_HALVED;
    wait_until(&RCC_CFGR, CFGR_SWS_PLL, CFGR_SWS_PLL);
    for (volatile uint32_t turn = 0; turn < TURNS_OF_A_MICROSECOND; turn++) {
    }
    RCC_CFGR = CFGR_SW_PLL;
    mcuq_uart_init();
}
