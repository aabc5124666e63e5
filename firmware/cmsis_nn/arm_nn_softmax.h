/* Softmax of CMSIS-NN: see arm_nnfunctions.h. */
#ifndef ARM_NN_SOFTMAX_H
#define ARM_NN_SOFTMAX_H

#include "arm_nn_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Softmax over num_rows rows of row_size values, each at least 1; output scale 1/256, zero point
 * -128 for int8, 0 for uint8; 1/65536 and -32768 for int16 of int8 inputs. output may be input of
 * the same type.
 *
 * mult, shift  bring differences of two inputs to Q5.26: mult 2^30 to 2^31 - 1, shift 0 to 30
 * diff_min     the smallest difference to a row's maximum that still counts; at most 0 diff_min ×
 *              2^shift must fit int32, above 0 nothing counts and all results are the least */
void arm_softmax_s8(const int8_t *input, const int32_t num_rows, const int32_t row_size,
    const int32_t mult, const int32_t shift, const int32_t diff_min, int8_t *output);
void arm_softmax_u8(const uint8_t *input, const int32_t num_rows, const int32_t row_size,
    const int32_t mult, const int32_t shift, const int32_t diff_min, uint8_t *output);
void arm_softmax_s8_s16(const int8_t *input, const int32_t num_rows, const int32_t row_size,
    const int32_t mult, const int32_t shift, const int32_t diff_min, int16_t *output);

/* Softmax of int16 rows by tables, output in Q0.15. mult and shift bring differences to steps of
 * 10 / 65535.
 *
 * ARM_CMSIS_NN_ARG_ERROR: a table is NULL. */
arm_cmsis_nn_status arm_softmax_s16(const int16_t *input, const int32_t num_rows,
    const int32_t row_size, const int32_t mult, const int32_t shift,
    const cmsis_nn_softmax_lut_s16 *softmax_params, int16_t *output);

#ifdef __cplusplus
}
#endif

#endif
