/* Runs each model and says on the serial port (@uart, @baud baud) whether it computes what it
 * should; any byte received runs it again. Replace the checks with your own input: see the
 * models' headers. */
#include "mcuq_port.h"
@includes

static void print(const char *text)
{
    while (*text != '\0') {
        mcuq_uart_write((uint8_t)*text++);
    }
}

static void print_number(uint32_t value)
{
    char digits[11];
    char *at = digits + sizeof digits - 1;
    *at = '\0';
    do {
        *--at = (char)('0' + value % 10u);
        value /= 10u;
    } while (value != 0u);
    print(at);
}

static void check(const char *name, uint32_t (*run)(void))
{
    mcuq_counter_start();
    const uint32_t before = mcuq_counter_read();
    const uint32_t wrong = run();
    const uint32_t ticks = mcuq_counter_read() - before;
    mcuq_counter_stop();
    print(name);
    print(wrong == 0u ? ": ok, " : ": WRONG OUTPUTS, ");
    print_number(ticks);
    print(" ticks\r\n");
}

int main(void)
{
    mcuq_port_init();
@inits
    for (;;) {
@checks
        while (mcuq_uart_read() < 0) {
        }
    }
}
