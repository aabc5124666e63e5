/* Maxima of int8 over a window, several channels at a time. */
#include "mcuq_assembly.h"
#include "mcuq_instructions.h"
#include "mcuq_pool.h"

#if defined(__ARM_FEATURE_MVE)

/* clang-format off */

/* r1 first pixel, r2 channels left, r3 output, r4 and r5 rows and columns, r6 and r7 how far to the
 * next of either, r10-r12 within the window; q0 maxima, q2 and q3 the activation. 5 instructions for
 * 16 values. */
MCUQ_ASSEMBLY int32_t mcuq_pool_maximum_many(
    const mcuq_pool_window *window, const int8_t *image, int32_t channels, int8_t *output)
{
    __asm__ volatile(
        "push {r2, r4-r12, lr}\n"
        "ldrd r10, r4, [r0]\n"
        "ldrd r5, r6, [r0, #8]\n"
        "ldrd r7, r11, [r0, #16]\n"
        "ldr r12, [r0, #24]\n"
        "add r1, r1, r10\n"
        "vdup.8 q2, r11\n"
        "vdup.8 q3, r12\n"
        "1:\n"
        "vctp.8 r2\n"
        "vmov q0, q2\n"
        "mov r10, r1\n"
        "mov r11, r4\n"
        "2:\n"
        "mov r12, r10\n"
        "dls lr, r5\n"
        "3:\n"
        "vpst\n"
        "vldrbt.u8 q1, [r12]\n"
        "add r12, r12, r7\n"
        "vmax.s8 q0, q0, q1\n"
        "le lr, 3b\n"
        "add r10, r10, r6\n"
        "subs r11, r11, #1\n"
        "bgt 2b\n"
        "vmin.s8 q0, q0, q3\n"
        "vpst\n"
        "vstrbt.8 q0, [r3], #16\n"
        "adds r1, r1, #16\n"
        "subs r2, r2, #16\n"
        "bgt 1b\n"
        "pop {r0, r4-r12, pc}\n");
}
/* clang-format on */

#elif defined(__ARM_FEATURE_DSP)

/* Four channels from `channel` on. */
static void maximum_four(
    const mcuq_pool_window *window, const int8_t *image, int32_t channel, int8_t *output)
{
    uint32_t best = 0x80808080u;
    const int8_t *row = image + window->start + channel;
    for (int32_t y = window->rows; y > 0; y--, row += window->row) {
        const int8_t *pixel = row;
        for (int32_t x = window->columns; x > 0; x--, pixel += window->pixel) {
            best = mcuq_larger_bytes(best, mcuq_load_word(pixel));
        }
    }
    for (int32_t i = 0; i < 4; i++, best >>= 8) {
        const int32_t value = (int8_t)(best & 0xFF);
        output[channel + i] = (int8_t)mcuq_clamp(value, window->low, window->high);
    }
}

int32_t mcuq_pool_maximum_many(
    const mcuq_pool_window *window, const int8_t *image, int32_t channels, int8_t *output)
{
    int32_t channel = 0;
    for (; channel + 4 <= channels; channel += 4) {
        maximum_four(window, image, channel, output);
    }
    return channel;
}

#else

int32_t mcuq_pool_maximum_many(
    const mcuq_pool_window *window, const int8_t *image, int32_t channels, int8_t *output)
{
    (void)window;
    (void)image;
    (void)channels;
    (void)output;
    return 0;
}

#endif
