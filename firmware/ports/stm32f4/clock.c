/* STM32F4: 100 or 180 MHz from the internal 16 MHz oscillator, flash accelerator on. */
#include "mcuq_board.h"
#include "mcuq_port.h"
#include "registers.h"
#include "uart.h"

/* RM0390 section 6.3 (RCC), 5.4 (PWR), 3.8 (FLASH); RM0383 has the same registers. */
#define RCC_CR REGISTER(0x40023800u)
#define RCC_PLLCFGR REGISTER(0x40023804u)
#define RCC_CFGR REGISTER(0x40023808u)
#define RCC_APB1ENR REGISTER(0x40023840u)
#define RCC_CR_PLLON (1u << 24)
#define RCC_CR_PLLRDY (1u << 25)
#define RCC_APB1ENR_PWREN (1u << 28)
#define PWR_CR REGISTER(0x40007000u)
#define PWR_CSR REGISTER(0x40007004u)
#define PWR_SCALE_1 (3u << 14)
#define PWR_OVERDRIVE (1u << 16)        /* ODEN in CR, ODRDY in CSR */
#define PWR_OVERDRIVE_SWITCH (1u << 17) /* ODSWEN in CR, ODSWRDY in CSR */
#define FLASH_ACR REGISTER(0x40023C00u)
#define FLASH_ACR_CACHES (7u << 8) /* prefetch, instruction and data cache */

/* 16 MHz / 8 × N / 2 gives N MHz. One wait state a started 30 MHz above 2.7 V. */
#define PLL_M 8u
#define PLL_N (MCUQ_CORE_HZ / 1000000u)
#define PLL_Q 8u
#define WAIT_STATES ((MCUQ_CORE_HZ - 1u) / 30000000u)

#define NEEDS_OVERDRIVE (MCUQ_CORE_HZ > 168000000u)
/* APB1 within 45 (50) MHz, APB2 within 90 (100) MHz. */
#define CFGR_PRESCALERS \
    (NEEDS_OVERDRIVE ? (5u << 10) | (4u << 13) : (4u << 10))
#define CFGR_SW_PLL 2u
#define CFGR_SWS_PLL (2u << 2)

static void start_overdrive(void)
{
    set_bits(&PWR_CR, PWR_OVERDRIVE);
    wait_until(&PWR_CSR, PWR_OVERDRIVE, PWR_OVERDRIVE);
    set_bits(&PWR_CR, PWR_OVERDRIVE_SWITCH);
    wait_until(&PWR_CSR, PWR_OVERDRIVE_SWITCH, PWR_OVERDRIVE_SWITCH);
}

void mcuq_port_init(void)
{
    set_bits(&RCC_APB1ENR, RCC_APB1ENR_PWREN);
    set_bits(&PWR_CR, PWR_SCALE_1);
    RCC_PLLCFGR = PLL_M | (PLL_N << 6) | (PLL_Q << 24);
    set_bits(&RCC_CR, RCC_CR_PLLON);
    if (NEEDS_OVERDRIVE) {
        start_overdrive();
    }
    wait_until(&RCC_CR, RCC_CR_PLLRDY, RCC_CR_PLLRDY);
    FLASH_ACR = WAIT_STATES | FLASH_ACR_CACHES;
    RCC_CFGR = CFGR_PRESCALERS;
    RCC_CFGR = CFGR_PRESCALERS | CFGR_SW_PLL;
    wait_until(&RCC_CFGR, CFGR_SWS_PLL, CFGR_SWS_PLL);
    mcuq_uart_init();
}
