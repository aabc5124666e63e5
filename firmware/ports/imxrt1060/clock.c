/* i.MX RT1060: 600 MHz from the 24 MHz crystal; caches on; LPUART1 on the pins of the EVK's probe. */
#include "cache.h"
#include "mcuq_port.h"
#include "registers.h"
#include "uart.h"

/* i.MX RT1060 Reference Manual, CCM, CCM_ANALOG, DCDC, IOMUXC and WDOG; clock_config.c of mcux-sdk
 * goes the same way. */
#define CCM_CACRR REGISTER(0x400FC010u)
#define CCM_CBCDR REGISTER(0x400FC014u)
#define CCM_CBCMR REGISTER(0x400FC018u)
#define CCM_CSCDR1 REGISTER(0x400FC024u)
#define CCM_CDHIPR REGISTER(0x400FC048u)
#define CCM_CCGR5 REGISTER(0x400FC07Cu)
#define CCM_CCGR6 REGISTER(0x400FC080u)
#define CACRR_ARM_HALVED 1u
#define CBCDR_BUS_DIVIDERS ((7u << 10) | (3u << 8))
#define CBCDR_CORE_UNDIVIDED_BUS_BY_4 (3u << 8)
#define CBCDR_SECOND_CLOCK (1u << 25)
#define CBCDR_SECOND_DIVIDER (7u << 27)
#define CBCMR_SECOND (3u << 12)
#define CBCMR_SECOND_CRYSTAL (1u << 12)
#define CBCMR_FIRST (3u << 18)
#define CBCMR_FIRST_ARM_PLL (3u << 18)
#define CSCDR1_UART 0x7Fu
#define CSCDR1_UART_CRYSTAL (1u << 6)
#define CDHIPR_ANY 0x1FFFFu
#define CCGR5_LPUART1 (3u << 24)
#define CCGR6_DCDC (3u << 6)
#define PLL_ARM REGISTER(0x400D8000u)
#define PLL_ARM_OFF (1u << 12)
#define PLL_ARM_ON (1u << 13)
#define PLL_ARM_LOCK (1u << 31)
/* 24 MHz × 100 / 2 = 1,200 MHz, halved for the core. */
#define PLL_ARM_TIMES 100u
#define DCDC_REG0 REGISTER(0x40080000u)
#define DCDC_REG0_OK (1u << 31)
#define DCDC_REG3 REGISTER(0x4008000Cu)
#define DCDC_REG3_TARGET 0x1Fu
#define DCDC_REG3_1275_MV 0x13u
#define MUX_AD_B0_12 REGISTER(0x401F80ECu)
#define MUX_AD_B0_13 REGISTER(0x401F80F0u)
#define PAD_AD_B0_12 REGISTER(0x401F82DCu)
#define PAD_AD_B0_13 REGISTER(0x401F82E0u)
#define MUX_LPUART1 2u
#define PAD_KEPT_100_MHZ 0x10B0u
/* 16-bit registers: else the power-down counter resets the board 16 s after its start. */
#define WDOG1_WMCR (*(volatile uint16_t *)0x400B8008u)
#define WDOG2_WMCR (*(volatile uint16_t *)0x400D0008u)

static void settle(void)
{
    wait_until(&CCM_CDHIPR, CDHIPR_ANY, 0);
}

/* The core runs from the crystal while its PLL changes. */
static void leave_pll(void)
{
    write_field(&CCM_CBCMR, CBCMR_SECOND, CBCMR_SECOND_CRYSTAL);
    settle();
    write_field(&CCM_CBCDR, CBCDR_SECOND_DIVIDER | CBCDR_SECOND_CLOCK, CBCDR_SECOND_CLOCK);
    settle();
}

static void raise_voltage(void)
{
    set_bits(&CCM_CCGR6, CCGR6_DCDC);
    write_field(&DCDC_REG3, DCDC_REG3_TARGET, DCDC_REG3_1275_MV);
    wait_until(&DCDC_REG0, DCDC_REG0_OK, DCDC_REG0_OK);
}

static void start_pll(void)
{
    PLL_ARM = PLL_ARM_OFF;
    PLL_ARM = PLL_ARM_ON | PLL_ARM_TIMES;
    wait_until(&PLL_ARM, PLL_ARM_LOCK, PLL_ARM_LOCK);
    CCM_CACRR = CACRR_ARM_HALVED;
    settle();
    write_field(&CCM_CBCDR, CBCDR_BUS_DIVIDERS, CBCDR_CORE_UNDIVIDED_BUS_BY_4);
    settle();
    write_field(&CCM_CBCMR, CBCMR_FIRST, CBCMR_FIRST_ARM_PLL);
    CCM_CBCDR &= ~CBCDR_SECOND_CLOCK;
    settle();
}

void mcuq_port_init(void)
{
    WDOG1_WMCR = 0;
    WDOG2_WMCR = 0;
    leave_pll();
    raise_voltage();
    start_pll();
    enable_caches();
    write_field(&CCM_CSCDR1, CSCDR1_UART, CSCDR1_UART_CRYSTAL);
    set_bits(&CCM_CCGR5, CCGR5_LPUART1);
    MUX_AD_B0_12 = MUX_LPUART1;
    MUX_AD_B0_13 = MUX_LPUART1;
    PAD_AD_B0_12 = PAD_KEPT_100_MHZ;
    PAD_AD_B0_13 = PAD_KEPT_100_MHZ;
    mcuq_uart_init();
}
