#include "mcuq_port.h"
#include "mcuq_runner.h"
#include "mcuq_safety.h"

int main(void)
{
    mcuq_port_init();
    mcuq_safety_start();
    mcuq_runner_start();
    for (;;) {
        mcuq_watchdog_feed();
        const int byte = mcuq_uart_read();
        if (byte >= 0) {
            mcuq_runner_feed((uint8_t)byte);
        }
    }
}
