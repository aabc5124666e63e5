/* RP2350: 150 MHz from the 12 MHz crystal. */
#include "mcuq_port.h"
#include "registers.h"
#include "uart.h"

/* RP2350 data sheet, RESETS, XOSC, PLL and CLOCKS; the headers of pico-sdk have the same. */
#define RESETS_RESET REGISTER(0x40020000u)
#define RESETS_DONE REGISTER(0x40020008u)
#define RESET_IO_BANK0 (1u << 6)
#define RESET_PADS_BANK0 (1u << 9)
#define RESET_PLL_SYS (1u << 14)
#define RESET_UART0 (1u << 26)
#define NEEDED (RESET_IO_BANK0 | RESET_PADS_BANK0 | RESET_PLL_SYS | RESET_UART0)
#define XOSC_CTRL REGISTER(0x40048000u)
#define XOSC_STATUS REGISTER(0x40048004u)
#define XOSC_STARTUP REGISTER(0x4004800Cu)
#define XOSC_CTRL_ENABLE_1_15_MHZ ((0xFABu << 12) | 0xAA0u)
#define XOSC_STATUS_STABLE (1u << 31)
#define XOSC_STARTUP_1_MS 47u
#define PLL_CS REGISTER(0x40050000u)
#define PLL_PWR REGISTER(0x40050004u)
#define PLL_FBDIV REGISTER(0x40050008u)
#define PLL_PRIM REGISTER(0x4005000Cu)
#define PLL_CS_LOCK (1u << 31)
#define PLL_PWR_POSTDIV_OFF (1u << 3)
/* 12 MHz × 125 / 5 / 2 */
#define PLL_TIMES 125u
#define PLL_DIVIDERS ((5u << 16) | (2u << 12))
#define CLK_REF_CTRL REGISTER(0x40010030u)
#define CLK_REF_SELECTED REGISTER(0x40010038u)
#define CLK_REF_XOSC 2u
#define CLK_SYS_CTRL REGISTER(0x4001003Cu)
#define CLK_SYS_SELECTED REGISTER(0x40010044u)
#define CLK_SYS_SRC_AUX 1u
#define CLK_SYS_AUX_PLL 0u
#define CLK_PERI_CTRL REGISTER(0x40010048u)
#define CLK_PERI_ENABLE (1u << 11)

static void start_pll(void)
{
    PLL_CS = 1u;
    PLL_FBDIV = PLL_TIMES;
    PLL_PWR = PLL_PWR_POSTDIV_OFF;
    wait_until(&PLL_CS, PLL_CS_LOCK, PLL_CS_LOCK);
    PLL_PRIM = PLL_DIVIDERS;
    PLL_PWR = 0;
}

void mcuq_port_init(void)
{
    XOSC_STARTUP = XOSC_STARTUP_1_MS;
    XOSC_CTRL = XOSC_CTRL_ENABLE_1_15_MHZ;
    wait_until(&XOSC_STATUS, XOSC_STATUS_STABLE, XOSC_STATUS_STABLE);
    CLK_REF_CTRL = CLK_REF_XOSC;
    wait_until(&CLK_REF_SELECTED, 1u << CLK_REF_XOSC, 1u << CLK_REF_XOSC);
    /* The system clock leaves its auxiliary source before that one changes: only this step of the
     * multiplexer is free of glitches. */
    CLK_SYS_CTRL &= ~CLK_SYS_SRC_AUX;
    wait_until(&CLK_SYS_SELECTED, 1u, 1u);
    RESETS_RESET |= NEEDED;
    RESETS_RESET &= ~NEEDED;
    wait_until(&RESETS_DONE, NEEDED, NEEDED);
    start_pll();
    CLK_SYS_CTRL = CLK_SYS_AUX_PLL;
    CLK_SYS_CTRL = CLK_SYS_AUX_PLL | CLK_SYS_SRC_AUX;
    wait_until(&CLK_SYS_SELECTED, 1u << CLK_SYS_SRC_AUX, 1u << CLK_SYS_SRC_AUX);
    CLK_PERI_CTRL = CLK_PERI_ENABLE;
    mcuq_uart_init();
}
