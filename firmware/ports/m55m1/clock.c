/* Nuvoton M55M1: the 12 MHz oscillator it starts on, UART0 on the board's debug pins. */
#include "mcuq_port.h"
#include "registers.h"
#include "uart.h"

/* M55M1 Series Technical Reference Manual, SYS and CLK register maps. */
#define SYS_REGLCTL REGISTER(0x40000100u)
#define SYS_GPB_MFP3 REGISTER(0x4000031Cu)
#define MFP3_UART0 ((6u << 0) | (6u << 8)) /* PB.12 receives, PB.13 sends */
#define MFP3_UART0_MASK ((31u << 0) | (31u << 8))
#define CLK_UARTCTL REGISTER(0x400012E0u)
#define CLK_UARTSEL0 REGISTER(0x40001460u)
#define UARTSEL0_UART0_MASK 7u
#define UARTSEL0_UART0_HIRC 1u

static void unlock_registers(void)
{
    while (SYS_REGLCTL == 0) {
        SYS_REGLCTL = 0x59;
        SYS_REGLCTL = 0x16;
        SYS_REGLCTL = 0x88;
    }
}

void mcuq_port_init(void)
{
    unlock_registers();
    write_field(&CLK_UARTSEL0, UARTSEL0_UART0_MASK, UARTSEL0_UART0_HIRC);
    set_bits(&CLK_UARTCTL, 1u);
    write_field(&SYS_GPB_MFP3, MFP3_UART0_MASK, MFP3_UART0);
    mcuq_uart_init();
}
