/* The vector extension's assembly beside the same functions in C (plain_*), on random values: the
 * program writes the name of each that differs, then "done". Bare metal; semihosting. */
#include <stdint.h>
#include <string.h>

#include "mcuq_aligned_add.h"
#include "mcuq_columns.h"
#include "mcuq_depthwise.h"
#include "mcuq_lanes.h"
#include "mcuq_pool.h"
#include "semihosted.h"
#include "slow_group.h"

#define ROUNDS 200

mcuq_lane_pixels plain_lane_pixels_s8, plain_lane_pixels_s4, plain_lane_pixels_s2;
mcuq_lane_row plain_lane_row_s8, plain_lane_row_s4, plain_lane_row_s2;
mcuq_multiply plain_multiply_s8, plain_multiply_s4;
mcuq_depthwise_run plain_depthwise_lanes_run, plain_depthwise_run_9;
void plain_lane_copy(int8_t *, int32_t, const int8_t *, int32_t, int32_t, int32_t);
void plain_lane_fill(int8_t *, int32_t, int32_t);
void plain_lane_unpack_s4(const int8_t *, int32_t, int8_t *);
void plain_lane_unpack_s2(const int8_t *, int32_t, int8_t *);
mcuq_pool plain_pool_average_s8, plain_pool_maximum_s8;
void plain_mean_columns_s8(const mcuq_mean_columns *, const int8_t *, int8_t *);
void plain_add_aligned_s8(
    const int8_t *, const int8_t *, int8_t *, const mcuq_aligned_add *, int32_t);

#define BYTES 16384

static int8_t inputs[BYTES] __attribute__((aligned(8)));
static int8_t weights[BYTES] __attribute__((aligned(8)));
static int8_t outputs[2][BYTES];
static mcuq_lane_group groups[32];
static mcuq_channel channels[48];
static mcuq_channel_group channel_groups[12];
static int32_t columns[256] __attribute__((aligned(8)));
static const int8_t *tables[2][32];
static int32_t zero_point;
static void differ(const char *name)
{
    if (memcmp(outputs[0], outputs[1], BYTES) != 0) {
        ask(4, name);
        ask(4, "\n");
    }
}

static void fill(void)
{
    for (int32_t i = 0; i < BYTES; i++) {
        inputs[i] = (int8_t)below(256);
        weights[i] = (int8_t)below(256);
        outputs[0][i] = outputs[1][i] = 7;
    }
    zero_point = below(256) - 128;
    for (int32_t i = 0; i < 32; i++) {
        for (int32_t k = 0; k < 4; k++) {
            const int32_t right = below(18) - 2;
            const int32_t bias = right > 0 ? 1000000 : 10000;
            groups[i].bias_shift[k] = (below(bias) - bias / 2) * 64 + (-right & 31);
            groups[i].multiplier[k] = (1 << 30) + below(1 << 24) * 64;
        }
    }
}

/* The same numbers for the other kernels. */
static void fill_channels(void)
{
    int32_t is_slow = 0;
    for (int32_t i = 0; i < 48; i++) {
        const int32_t word = groups[i / 4].bias_shift[i & 3];
        const int32_t left = (int32_t)((uint32_t)word << 27) >> 27;
        const int32_t shift = left < 0 ? -left : ~left;
        channels[i].bias_shift = (word >> 6) * 256 + (shift & 0xFF);
        channels[i].factor = (int32_t)(2u * (uint32_t)groups[i / 4].multiplier[i & 3]);
        channel_groups[i / 4].bias_shift[i & 3] = channels[i].bias_shift;
        channel_groups[i / 4].factor[i & 3] = channels[i].factor;
        is_slow |= shift < 0;
        if ((i & 3) == 3) {
            if (is_slow) {
                slow_words(&channel_groups[i / 4]);
            }
            is_slow = 0;
        }
    }
    for (int32_t i = 0; i < 256; i++) {
        columns[i] = (below(256) - 128) * 65536 + ((below(256) - 128) & 0xFFFF);
    }
}

static void clear(void)
{
    memset(outputs, 7, sizeof outputs);
}

#define PIXELS(width) \
    clear(); \
    mcuq_lane_pixels_##width( \
        inputs, depth, weights, groups, zero_point, count, outputs[0], outputs[0] + 200); \
    plain_lane_pixels_##width( \
        inputs, depth, weights, groups, zero_point, count, outputs[1], outputs[1] + 200); \
    differ("pixels_" #width); \
    clear(); \
    mcuq_lane_row_##width(inputs, depth, weights, groups, zero_point, count, outputs[0]); \
    plain_lane_row_##width(inputs, depth, weights, groups, zero_point, count, outputs[1]); \
    differ("row_" #width)

static void multiply(void)
{
    const int32_t depth = 4 * (1 + below(60));
    const int32_t count = 1 + below(40);
    PIXELS(s8);
    PIXELS(s4);
    PIXELS(s2);
}

#define COLUMNS(width) \
    clear(); \
    mcuq_multiply_##width(columns, words, (const int32_t *)(const void *)weights, channels, count, \
        outputs[0], outputs[0] + 200, zero_point); \
    plain_multiply_##width(columns, words, (const int32_t *)(const void *)weights, channels, count, \
        outputs[1], outputs[1] + 200, zero_point); \
    differ("multiply_" #width)

static void multiply_columns(void)
{
    const int32_t words = 4 * (1 + below(60));
    const int32_t count = 1 + below(40);
    columns[0] = columns[1] = 0;
    for (int32_t i = 0; i < words; i++) {
        const int32_t pair = columns[2 + i];
        columns[i & 1] -= 8 * ((int16_t)(pair & 0xFFFF) + (pair >> 16));
    }
    COLUMNS(s8);
    COLUMNS(s4);
}

static void depthwise_of_nine(void)
{
    const int32_t width = 4 * (1 + below(12));
    const int32_t pixels = 1 + below(5);
    for (int32_t tap = 0; tap < 9; tap++) {
        const intptr_t move = below(2) * width;
        for (int32_t i = 0; i < 2; i++) {
            tables[i][tap] = inputs + 20 * tap + width;
            ((intptr_t *)(void *)tables[i])[9 + tap] = move;
        }
    }
    clear();
    for (int32_t i = 0; i < 2; i++) {
        (i == 0 ? mcuq_depthwise_run_9 : plain_depthwise_run_9)(tables[i],
            (const int32_t *)(const void *)weights, channel_groups, outputs[i] + width, width,
            pixels, width, 9, zero_point + 128);
    }
    differ("depthwise_run_9");
}

static void depthwise(void)
{
    const int32_t channels = 1 + below(70);
    const int32_t taps = 1 + below(15);
    const int32_t pixels = 1 + below(5);
    for (int32_t tap = 0; tap < taps; tap++) {
        const intptr_t move = below(2) * channels;
        for (int32_t i = 0; i < 2; i++) {
            tables[i][tap] = inputs + 20 * tap + channels;
            ((intptr_t *)(void *)tables[i])[taps + tap] = move;
        }
    }
    clear();
    for (int32_t i = 0; i < 2; i++) {
        (i == 0 ? mcuq_depthwise_lanes_run : plain_depthwise_lanes_run)(tables[i],
            (const int32_t *)(const void *)weights, (const mcuq_channel_group *)(const void *)groups,
            outputs[i] + channels, channels, pixels, channels, taps, zero_point + 128);
    }
    differ("depthwise_lanes_run");
}

static void pool(void)
{
    mcuq_pool_window window = {below(50), 1 + below(15), 1 + below(15), 0, 0, -128 + below(100),
        below(128)};
    const int32_t channels = 1 + below(40);
    window.pixel = channels;
    window.row = window.columns * channels;
    clear();
    mcuq_pool_average_s8(&window, inputs, channels, outputs[0]);
    plain_pool_average_s8(&window, inputs, channels, outputs[1]);
    differ("pool_average_s8");
    clear();
    mcuq_pool_maximum_s8(&window, inputs, channels, outputs[0]);
    plain_pool_maximum_s8(&window, inputs, channels, outputs[1]);
    differ("pool_maximum_s8");
}

/* A quarter of the rounds of pixels that are all at one end of int8: sums leave 16 bits soonest. */
static void mean(void)
{
    const int32_t channels = 1 + below(40);
    const int32_t pixels = 1 + below(BYTES / channels < 600 ? BYTES / channels : 600);
    const mcuq_mean_columns p = {(below(256) - 128) * pixels, (1 << 30) + below(1 << 24) * 64,
        below(12) - 10, below(256) - 128, pixels, channels};
    const int32_t fill_with = below(8);
    if (fill_with < 2) {
        memset(weights, fill_with ? 127 : -128, BYTES);
    }
    clear();
    mcuq_mean_columns_s8(&p, weights, outputs[0] + 1);
    plain_mean_columns_s8(&p, weights, outputs[1] + 1);
    differ("mean_columns_s8");
}

static void bytes(void)
{
    const int32_t count = 1 + below(100);
    const int32_t rows = 1 + below(9);
    clear();
    mcuq_lane_copy(outputs[0], count + 3, inputs, 2 * count, count, rows);
    plain_lane_copy(outputs[1], count + 3, inputs, 2 * count, count, rows);
    differ("lane_copy");
    clear();
    mcuq_lane_fill(outputs[0] + rows, rows - 5, count);
    plain_lane_fill(outputs[1] + rows, rows - 5, count);
    differ("lane_fill");
    clear();
    mcuq_lane_unpack_s4(weights, count, outputs[0]);
    plain_lane_unpack_s4(weights, count, outputs[1]);
    differ("lane_unpack_s4");
    clear();
    mcuq_lane_unpack_s2(weights, count, outputs[0]);
    plain_lane_unpack_s2(weights, count, outputs[1]);
    differ("lane_unpack_s2");
    const mcuq_aligned_add add = {below(1 << 26), below(1 << 27), (1 << 30) + below(1 << 24) * 64,
        1 << 2, 3, (1 << 30) + below(1 << 24) * 64, (1 << 14) + ((below(256) - 128) * (1 << 15)),
        15};
    clear();
    mcuq_add_aligned_s8(inputs, weights, outputs[0], &add, count);
    plain_add_aligned_s8(inputs, weights, outputs[1], &add, count);
    differ("add_aligned_s8");
}

int main(void)
{
    for (int32_t round = 0; round < ROUNDS; round++) {
        fill();
        fill_channels();
        multiply();
        multiply_columns();
        depthwise();
        depthwise_of_nine();
        pool();
        bytes();
        mean();
    }
    return 0;
}
