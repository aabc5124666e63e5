/* The DSP extension's assembly beside the same functions in C (plain_*), on random values and shifts
 * either way: the program writes the name of each that differs, then "done". */
#include "mcuq_columns.h"
#include "mcuq_depthwise.h"
#include "mcuq_sub_byte.h"
#include "semihosted.h"
#include "slow_group.h"

#define ROUNDS 200
#define TAPS 9

mcuq_multiply plain_multiply_s8, plain_multiply_s4, plain_multiply_s2;
mcuq_depthwise_run plain_depthwise_run_9;

static int8_t inputs[8192] __attribute__((aligned(8)));
static int32_t weights[2048];
static int8_t outputs[2][2048];
static mcuq_channel channels[48];
static mcuq_channel_group groups[12];
static int32_t columns[256] __attribute__((aligned(8)));
static int32_t expanded[2 * TAPS * 12];
static const int8_t *tables[2][2 * TAPS];
static int32_t zero_point;

static void clear(void)
{
    memset(outputs, 7, sizeof outputs);
}

static void differ(const char *name)
{
    if (memcmp(outputs[0], outputs[1], sizeof outputs[0]) != 0) {
        ask(4, name);
        ask(4, "\n");
    }
}

/* lefts: of a hundred channels. */
static void fill(int32_t lefts)
{
    int32_t is_slow = 0;
    for (int32_t i = 0; i < 8192; i++) {
        inputs[i] = (int8_t)below(256);
        ((int8_t *)weights)[i] = (int8_t)below(256);
    }
    zero_point = below(256) - 128;
    for (int32_t i = 0; i < 48; i++) {
        const int32_t shift = below(100) < lefts ? ~below(4) : 1 + below(16);
        const int32_t bias = shift < 0 ? 3000 : 1 << (8 + (shift < 14 ? shift : 14));
        mcuq_channel_group *group = &groups[i / 4];
        channels[i].bias_shift = (below(bias) - bias / 2) * 256 + (shift & 0xFF);
        channels[i].factor = (int32_t)(2u * (uint32_t)((1 << 30) + below(1 << 24) * 64));
        group->bias_shift[i & 3] = channels[i].bias_shift;
        group->factor[i & 3] = channels[i].factor;
        is_slow |= shift < 8;
        if ((i & 3) == 3) {
            if (is_slow) {
                slow_words(group);
            }
            is_slow = 0;
        }
    }
}

#define COLUMNS(width) \
    clear(); \
    mcuq_multiply_##width( \
        columns, words, weights, channels, count, outputs[0], outputs[0] + 200, zero_point); \
    plain_multiply_##width( \
        columns, words, weights, channels, count, outputs[1], outputs[1] + 200, zero_point); \
    differ("multiply_" #width)

static void multiply(void)
{
    const int32_t words = 4 * (1 + below(60));
    const int32_t count = 1 + below(48);
    columns[0] = columns[1] = 0;
    for (int32_t i = 0; i < words; i++) {
        const int32_t low = below(256) - 128;
        const int32_t high = below(256) - 128;
        columns[2 + i] = high * 65536 + (low & 0xFFFF);
        columns[i & 1] -= 8 * (low + high);
    }
    COLUMNS(s8);
    COLUMNS(s4);
    COLUMNS(s2);
}

static void expand(int32_t count)
{
    for (int32_t i = 0; i < count; i++) {
        if (i % TAPS < TAPS - 1) {
            i++;
            mcuq_expand_two((uint32_t)weights[i - 1], (uint32_t)weights[i], expanded + 2 * i - 2);
        } else {
            mcuq_expand((uint32_t)weights[i], expanded + 2 * i);
        }
    }
}

static void depthwise(mcuq_depthwise_run *run, const int32_t *own_weights, int32_t width,
    const char *name)
{
    const int32_t pixels = 1 + below(5);
    for (int32_t tap = 0; tap < TAPS; tap++) {
        const intptr_t move = below(2) * width;
        for (int32_t i = 0; i < 2; i++) {
            tables[i][tap] = inputs + 20 * tap + width;
            ((intptr_t *)(void *)tables[i])[TAPS + tap] = move;
        }
    }
    clear();
    run(tables[0], own_weights, groups, outputs[0] + width, width, pixels, width, TAPS,
        zero_point + 128);
    plain_depthwise_run_9(tables[1], weights, groups, outputs[1] + width, width, pixels, width, TAPS,
        zero_point + 128);
    differ(name);
}

int main(void)
{
    for (int32_t round = 0; round < ROUNDS; round++) {
        const int32_t width = 4 * (1 + below(12));
        fill(round % 4 * 25);
        multiply();
        expand(width / 4 * TAPS);
        depthwise(mcuq_depthwise_run_9, weights, width, "run_9");
        depthwise(mcuq_depthwise_run_expanded_9, expanded, width, "run_expanded_9");
    }
    return 0;
}
