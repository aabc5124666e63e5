#include <zephyr/kernel.h>
#include <zephyr/sys/printk.h>

#include "model.h"
#include "model_check.h"

int main(void)
{
    model_init();
    const uint32_t start = k_cycle_get_32();
    const uint32_t wrong = model_check();
    const uint32_t cycles = k_cycle_get_32() - start;
    printk("model: %s, %u cycles\n", wrong == 0u ? "ok" : "WRONG OUTPUTS", cycles);
    return 0;
}
