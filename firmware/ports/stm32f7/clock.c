/* STM32F74x: 216 MHz from the internal 16 MHz oscillator, caches and flash accelerator on. */
#include "cache.h"
#include "mcuq_port.h"
#include "registers.h"
#include "uart.h"

/* RM0385 section 5.3 (RCC), 4.4 (PWR), 3.7 (FLASH). */
#define RCC_CR REGISTER(0x40023800u)
#define RCC_PLLCFGR REGISTER(0x40023804u)
#define RCC_CFGR REGISTER(0x40023808u)
#define RCC_APB1ENR REGISTER(0x40023840u)
#define RCC_CR_PLLON (1u << 24)
#define RCC_CR_PLLRDY (1u << 25)
#define RCC_APB1ENR_PWREN (1u << 28)
#define PWR_CR1 REGISTER(0x40007000u)
#define PWR_CSR1 REGISTER(0x40007004u)
#define PWR_OVERDRIVE (1u << 16)        /* ODEN in CR1, ODRDY in CSR1 */
#define PWR_OVERDRIVE_SWITCH (1u << 17) /* ODSWEN in CR1, ODSWRDY in CSR1 */
#define FLASH_ACR REGISTER(0x40023C00u)
#define FLASH_ACR_LATENCY_7 7u
#define FLASH_ACR_PREFETCH (1u << 8)
#define FLASH_ACR_ART (1u << 9)

/* 16 MHz / M × N / P = 16 / 8 × 216 / 2 = 216 MHz; P is coded as P / 2 - 1. */
#define PLL_M 8u
#define PLL_N 216u
#define PLL_P_CODE 0u
#define PLL_Q 9u
/* APB1 at 216 / 4 = 54 MHz, APB2 at 216 / 2 = 108 MHz: their limits. */
#define CFGR_PRESCALERS ((5u << 10) | (4u << 13))
#define CFGR_SW_PLL 2u
#define CFGR_SWS_PLL (2u << 2)

static void start_clock(void)
{
    set_bits(&RCC_APB1ENR, RCC_APB1ENR_PWREN);
    RCC_PLLCFGR = PLL_M | (PLL_N << 6) | (PLL_P_CODE << 16) | (PLL_Q << 24);
    set_bits(&RCC_CR, RCC_CR_PLLON);
    /* Above 180 MHz the core needs over-drive, switched on while the PLL locks. */
    set_bits(&PWR_CR1, PWR_OVERDRIVE);
    wait_until(&PWR_CSR1, PWR_OVERDRIVE, PWR_OVERDRIVE);
    set_bits(&PWR_CR1, PWR_OVERDRIVE_SWITCH);
    wait_until(&PWR_CSR1, PWR_OVERDRIVE_SWITCH, PWR_OVERDRIVE_SWITCH);
    wait_until(&RCC_CR, RCC_CR_PLLRDY, RCC_CR_PLLRDY);
    FLASH_ACR = FLASH_ACR_LATENCY_7 | FLASH_ACR_PREFETCH | FLASH_ACR_ART;
    RCC_CFGR = CFGR_PRESCALERS;
    RCC_CFGR = CFGR_PRESCALERS | CFGR_SW_PLL;
    wait_until(&RCC_CFGR, CFGR_SWS_PLL, CFGR_SWS_PLL);
}

void mcuq_port_init(void)
{
    enable_caches();
    start_clock();
    mcuq_uart_init();
}
