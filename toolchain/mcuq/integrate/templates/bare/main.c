/* Runs the model and says on the serial port (@uart, @baud baud) whether it computes what it
 * should; any byte received runs it again. Replace model_check() with your own input: see
 * model/model.h. */
#include "mcuq_port.h"
#include "model.h"
#include "model_check.h"

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

static void run(void)
{
    mcuq_counter_start();
    const uint32_t before = mcuq_counter_read();
    const uint32_t wrong = model_check();
    const uint32_t ticks = mcuq_counter_read() - before;
    mcuq_counter_stop();
    print(wrong == 0u ? "model: ok, " : "model: WRONG OUTPUTS, ");
    print_number(ticks);
    print(" ticks\r\n");
}

int main(void)
{
    mcuq_port_init();
    model_init();
    for (;;) {
        run();
        while (mcuq_uart_read() < 0) {
        }
    }
}
