/* Sum of two tensors of one shape: both operands are brought to a common scale 2^left_shift
 * finer, added, and requantized. */
#include "mcuq_nnfunctions.h"
#include "mcuq_aligned_add.h"
#include "mcuq_arith.h"
#include "mcuq_kernels.h"

/* As TFLite prepares additions, the operand of larger scale has the factor 1/2 exactly, the other
 * a smaller one, and the output shifts to the right: then the sum is done by a faster kernel. */
static int32_t is_aligned(
    int32_t a_mult, int32_t a_shift, int32_t b_shift, int32_t left_shift, int32_t out_shift)
{
    return a_mult == 1 << 30 && a_shift == 0 && b_shift < 0 && left_shift == 20 && out_shift < 0 &&
           out_shift > -23;
}

static void add_aligned(const int8_t *a, const int8_t *b, int32_t a_offset, int32_t b_offset,
    int32_t b_mult, int32_t b_shift, int8_t *output, int32_t out_offset, int32_t out_mult,
    int32_t out_shift, int32_t block_size)
{
    const mcuq_aligned_add constants = {mcuq_shift_left(a_offset, 19),
        mcuq_shift_left(b_offset, 21), b_mult, 1 << (-b_shift - 1), -b_shift, out_mult,
        (1 << (-out_shift - 1)) + mcuq_shift_left(out_offset, (uint32_t)-out_shift), -out_shift};
    mcuq_add_aligned_s8(a, b, output, &constants, block_size);
}

arm_cmsis_nn_status mcuq_elementwise_add_s8(const int8_t *input_1_vect, const int8_t *input_2_vect,
    const int32_t input_1_offset, const int32_t input_1_mult, const int32_t input_1_shift,
    const int32_t input_2_offset, const int32_t input_2_mult, const int32_t input_2_shift,
    const int32_t left_shift, int8_t *output, const int32_t out_offset, const int32_t out_mult,
    const int32_t out_shift, const int32_t out_activation_min, const int32_t out_activation_max,
    const int32_t block_size)
{
    if (is_aligned(input_1_mult, input_1_shift, input_2_shift, left_shift, out_shift)) {
        add_aligned(input_1_vect, input_2_vect, input_1_offset, input_2_offset, input_2_mult,
            input_2_shift, output, out_offset, out_mult, out_shift, block_size);
        mcuq_clamp_s8(output, block_size, out_activation_min, out_activation_max);
        return ARM_CMSIS_NN_SUCCESS;
    }
    if (is_aligned(input_2_mult, input_2_shift, input_1_shift, left_shift, out_shift)) {
        add_aligned(input_2_vect, input_1_vect, input_2_offset, input_1_offset, input_1_mult,
            input_1_shift, output, out_offset, out_mult, out_shift, block_size);
        mcuq_clamp_s8(output, block_size, out_activation_min, out_activation_max);
        return ARM_CMSIS_NN_SUCCESS;
    }
    for (int32_t i = 0; i < block_size; i++) {
        const int32_t a = mcuq_shift_left(input_1_vect[i] + input_1_offset, (uint32_t)left_shift);
        const int32_t b = mcuq_shift_left(input_2_vect[i] + input_2_offset, (uint32_t)left_shift);
        const int32_t sum = mcuq_requantize(a, input_1_mult, input_1_shift) +
                            mcuq_requantize(b, input_2_mult, input_2_shift);
        const int32_t value = mcuq_requantize(sum, out_mult, out_shift) + out_offset;
        output[i] = (int8_t)mcuq_clamp(value, out_activation_min, out_activation_max);
    }
    return ARM_CMSIS_NN_SUCCESS;
}
