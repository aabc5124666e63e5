#include <zephyr/kernel.h>
#include <zephyr/sys/printk.h>

@includes

static void check(const char *name, uint32_t (*run)(void))
{
    const uint32_t start = k_cycle_get_32();
    const uint32_t wrong = run();
    const uint32_t cycles = k_cycle_get_32() - start;
    printk("%s: %s, %u cycles\n", name, wrong == 0u ? "ok" : "WRONG OUTPUTS", cycles);
}

int main(void)
{
@inits
@checks
    return 0;
}
