#include "mcuq_port.h"
#include "mcuq_runner.h"

int main(void)
{
    mcuq_port_init();
    mcuq_runner_start();
    for (;;) {
        const int byte = mcuq_uart_read();
        if (byte >= 0) {
            mcuq_runner_feed((uint8_t)byte);
        }
    }
}
