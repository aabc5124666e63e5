/* Four output channels with int8 weights times one row of input bytes: see mcuq_columns.h. */
#include "mcuq_assembly.h"
#include "mcuq_columns.h"

#if defined(__ARM_FEATURE_MVE)

/* clang-format off */

/* r0 weights, r1 input; nested sums of channels a to d: r4, r6, r8, r10; inputs are gathered in the
 * order in which a four is packed. 11 instructions for 32 multiply-accumulates; an odd four goes
 * the DSP extension's way. */
MCUQ_ASSEMBLY void mcuq_dot_4x1_s8(const int32_t *weights, const int8_t *input,
    int32_t groups, int32_t sums[4], int32_t correction)
{
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "adr r5, 9f\n"
        "vldrh.u16 q3, [r5]\n"
        "movs r4, #0\n"
        "movs r6, #0\n"
        "mov r8, #0\n"
        "mov r10, #0\n"
        "lsrs lr, r2, #1\n"
        "wls lr, lr, 2f\n"
        "1:\n"
        "vldrb.s16 q2, [r1, q3]\n"
        "vld20.32 {q0, q1}, [r0]\n"
        "vld21.32 {q0, q1}, [r0]!\n"
        "adds r1, r1, #8\n"
        "vmladava.s16 r6, q0, q2\n"
        "vmladava.s16 r10, q1, q2\n"
        "vmovlb.s8 q0, q0\n"
        "vmovlb.s8 q1, q1\n"
        "vmladava.s16 r4, q0, q2\n"
        "vmladava.s16 r8, q1, q2\n"
        "le lr, 1b\n"
        "2:\n"
        "tst r2, #1\n"
        "beq 3f\n"
        "ldr r12, [r1]\n"
        "sxtb16 lr, r12\n"
        "sxtb16 r12, r12, ror #8\n"
        "ldmia r0!, {r5, r7, r9, r11}\n"
        "smlad r6, r5, lr, r6\n"
        "sxtb16 r5, r5\n"
        "smlad r4, r5, lr, r4\n"
        "smlad r10, r7, lr, r10\n"
        "sxtb16 r7, r7\n"
        "smlad r8, r7, lr, r8\n"
        "smlad r6, r9, r12, r6\n"
        "sxtb16 r9, r9\n"
        "smlad r4, r9, r12, r4\n"
        "smlad r10, r11, r12, r10\n"
        "sxtb16 r11, r11\n"
        "smlad r8, r11, r12, r8\n"
        "3:\n"
        "sub r6, r6, r4\n"
        "asr r6, r6, #8\n"
        "sub r10, r10, r8\n"
        "asr r10, r10, #8\n"
        "strd r4, r6, [r3]\n"
        "strd r8, r10, [r3, #8]\n"
        "pop {r4-r11, pc}\n"
        ".align 2\n"
        "9:\n"
        ".hword 0, 2, 1, 3, 4, 6, 5, 7\n"
    );
}
/* clang-format on */

#elif defined(__ARM_FEATURE_DSP)

#include "mcuq_dot_dsp.h"

/* clang-format off */

/* r8 and r9 inputs, r10 and r11 their weights of channels a and b, c and d for inputs (0, 2), r12
 * and lr those for (1, 3). 19 instructions for 16 multiply-accumulates. */
#if defined(MCUQ_DUAL_ISSUE)

#define FOUR(load_input, load_weights, next_even, next_odd, load_ab, load_cd) \
    "smlad r5, r10, r8, r5\n" \
    load_weights \
    "smlad r7, r11, r8, r7\n" \
    "sxtb16 r10, r10\n" \
    "smlad r4, r10, r8, r4\n" \
    "sxtb16 r11, r11\n" \
    "smlad r6, r11, r8, r6\n" \
    "ldr lr, [r0], #4\n" \
    "smlad r5, r12, r9, r5\n" \
    next_even \
    load_ab \
    "sxtb16 r12, r12\n" \
    "smlad r7, lr, r9, r7\n" \
    load_cd \
    "smlad r4, r12, r9, r4\n" \
    "sxtb16 lr, lr\n" \
    "smlad r6, lr, r9, r6\n" \
    next_odd \
    load_input

#define NEXT_FOUR \
    FOUR("ldr r3, [r1], #4\n", "ldr r12, [r0], #4\n", "sxtb16 r8, r3\n", \
        "sxtb16 r9, r3, ror #8\n", "ldr r10, [r0], #4\n", "ldr r11, [r0], #4\n")
#define LOADED_FOUR \
    FOUR("", "ldr r12, [r0], #4\n", "sxtb16 r8, r3\n", \
        "sxtb16 r9, r3, ror #8\n", "ldr r10, [r0], #4\n", "ldr r11, [r0], #4\n")
#define LAST_FOUR FOUR("", "ldr r12, [r0], #4\n", "", "", "", "")
#define FIRST_WEIGHTS \
    "ldr r10, [r0], #4\n" \
    "ldr r11, [r0], #4\n"
#define LOOP MCUQ_DOT_LOOP(FIRST_WEIGHTS, NEXT_FOUR, LOADED_FOUR, LAST_FOUR)

#else

#define FOUR \
    "ldr r9, [r1], #4\n" \
    "ldr r10, [r0], #4\n" \
    "ldr r11, [r0], #4\n" \
    "ldr r12, [r0], #4\n" \
    "ldr lr, [r0], #4\n" \
    "sxtb16 r8, r9\n" \
    "sxtb16 r9, r9, ror #8\n" \
    "smlad r5, r10, r8, r5\n" \
    "sxtb16 r10, r10\n" \
    "smlad r7, r11, r8, r7\n" \
    "sxtb16 r11, r11\n" \
    "smlad r4, r10, r8, r4\n" \
    "smlad r6, r11, r8, r6\n" \
    "smlad r5, r12, r9, r5\n" \
    "sxtb16 r12, r12\n" \
    "smlad r7, lr, r9, r7\n" \
    "sxtb16 lr, lr\n" \
    "smlad r4, r12, r9, r4\n" \
    "smlad r6, lr, r9, r6\n"

#define LOOP MCUQ_DOT_LOOP(FOUR)

#endif

MCUQ_ASSEMBLY void mcuq_dot_4x1_s8(
    const int32_t *weights, const int8_t *input, int32_t groups, int32_t sums[4], int32_t correction)
{
    __asm__ volatile(
        MCUQ_DOT_BEGIN
        "movs r4, #0\n"
        "movs r5, #0\n"
        "movs r6, #0\n"
        "movs r7, #0\n"
        LOOP
        "sub r5, r5, r4\n"
        "asr r5, r5, #8\n"
        "sub r7, r7, r6\n"
        "asr r7, r7, #8\n"
        MCUQ_DOT_END);
}
/* clang-format on */

#elif defined(MCUQ_SHORT_THUMB)

#include "mcuq_short_thumb.h"

/* clang-format off */

/* The inputs that a pair of weights meets, to r2 and r3; two words of weights to r4 and r5. */
#define LOAD(first, second) \
    "ldrb r2, [r1, #" first "]\n" \
    "ldrb r3, [r1, #" second "]\n" \
    "sxtb r2, r2\n" \
    "sxtb r3, r3\n" \
    "ldmia r0!, {r4, r5}\n"

#define TAKE(weights, low, both) \
    "sxtb r7, " weights "\n" \
    "muls r7, r2, r7\n" \
    "add " low ", r7\n" \
    "sxth r7, " weights "\n" \
    "muls r7, r2, r7\n" \
    "add " both ", r7\n" \
    "asrs " weights ", " weights ", #16\n" \
    "sxtb r7, " weights "\n" \
    "muls r7, r3, r7\n" \
    "add " low ", r7\n" \
    "muls " weights ", r3, " weights "\n" \
    "add " both ", " weights "\n"

#define TAKE_FOUR(first, second, third, fourth) \
    LOAD(first, third) \
    TAKE("r4", "r8", "r9") \
    TAKE("r5", "r10", "r11") \
    LOAD(second, fourth) \
    TAKE("r4", "r8", "r9") \
    TAKE("r5", "r10", "r11")

/* r0 weights, r1 input, r12 its end, r8-r11 nested sums of channels a to d; the loop takes eight
 * inputs, entered halfway where `groups` is odd. 58 instructions for 16 multiply-accumulates. */
MCUQ_ASSEMBLY void mcuq_dot_4x1_s8(
    const int32_t *weights, const int8_t *input, int32_t groups, int32_t sums[4], int32_t correction)
{
    __asm__ volatile(
        MCUQ_SHORT_BEGIN
        "lsls r4, r2, #2\n"
        "beq 3f\n"
        "adds r4, r4, r1\n"
        "mov r12, r4\n"
        "lsrs r2, r2, #1\n"
        "bcc 1f\n"
        "subs r1, r1, #4\n"
        "b 2f\n"
        "1:\n"
        TAKE_FOUR("0", "1", "2", "3")
        "2:\n"
        TAKE_FOUR("4", "5", "6", "7")
        "adds r1, r1, #8\n"
        "cmp r1, r12\n"
        "bne 1b\n"
        "3:\n"
        MCUQ_SHORT_SUMS
        "subs r5, r5, r4\n"
        "asrs r5, r5, #8\n"
        "subs r7, r7, r6\n"
        "asrs r7, r7, #8\n"
        "stmia r3!, {r4-r7}\n"
        MCUQ_SHORT_END);
}
/* clang-format on */

#else

/* Two inputs times a pair of channels, by single multiplications. */
static inline void add_pair(int32_t weights, int32_t x, int32_t y, uint32_t *low, uint32_t *both)
{
    const int32_t first = (int16_t)(weights & 0xFFFF);
    const int32_t second = weights >> 16;
    *both += (uint32_t)(x * first) + (uint32_t)(y * second);
    *low += (uint32_t)(x * (int8_t)(first & 0xFF)) + (uint32_t)(y * (int8_t)(second & 0xFF));
}

void mcuq_dot_4x1_s8(
    const int32_t *weights, const int8_t *input, int32_t groups, int32_t sums[4], int32_t correction)
{
    (void)correction;
    uint32_t a = 0;
    uint32_t ab = 0;
    uint32_t c = 0;
    uint32_t cd = 0;
    for (; groups > 0; groups--, input += 4, weights += 4) {
        add_pair(weights[0], input[0], input[2], &a, &ab);
        add_pair(weights[1], input[0], input[2], &c, &cd);
        add_pair(weights[2], input[1], input[3], &a, &ab);
        add_pair(weights[3], input[1], input[3], &c, &cd);
    }
    sums[0] = (int32_t)a;
    sums[1] = mcuq_nested_difference((int32_t)ab, (int32_t)a, 8);
    sums[2] = (int32_t)c;
    sums[3] = mcuq_nested_difference((int32_t)cd, (int32_t)c, 8);
}

#endif
