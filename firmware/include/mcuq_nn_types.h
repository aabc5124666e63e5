/* CMSIS-NN's parameter structures and return codes, as far as firmware/kernels implements them:
 * same names, fields and order. Where a project links CMSIS-NN, a header of this name includes
 * Arm's arm_nn_types.h in the place of this one.
 */
#ifndef MCUQ_NN_TYPES_H
#define MCUQ_NN_TYPES_H

#include <stdbool.h>
#include <stdint.h>

/* Arm's header has the structures of the 16-bit functions, too; here they are in
 * mcuq_int16.h. */
#define MCUQ_NN_TYPES 1

typedef enum {
    ARM_CMSIS_NN_SUCCESS = 0,
    ARM_CMSIS_NN_ARG_ERROR = -1,
    ARM_CMSIS_NN_NO_IMPL_ERROR = -2,
    ARM_CMSIS_NN_FAILURE = -3,
} arm_cmsis_nn_status;

typedef struct {
    int32_t w;
    int32_t h;
} cmsis_nn_tile;

/* Scratch: `size` is the capacity of `buf` in bytes; buf may be NULL where a
 * *_get_buffer_size function returns 0. */
typedef struct {
    void *buf;
    int32_t size;
} cmsis_nn_context;

/* n is batch, output channels or accumulation depth: see each function. */
typedef struct {
    int32_t n;
    int32_t h;
    int32_t w;
    int32_t c;
} cmsis_nn_dims;

/* One multiplier (Q31) and shift (positive: left) an output channel. */
typedef struct {
    int32_t *multiplier;
    int32_t *shift;
} cmsis_nn_per_channel_quant_params;

typedef struct {
    int32_t multiplier;
    int32_t shift;
} cmsis_nn_per_tensor_quant_params;

typedef struct {
    int32_t *multiplier;
    int32_t *shift;
    int32_t is_per_channel;
} cmsis_nn_quant_params;

/* Output clamp, inclusive. */
typedef struct {
    int32_t min;
    int32_t max;
} cmsis_nn_activation;

/* input_offset = -input zero point, output_offset = output zero point. */
typedef struct {
    int32_t input_offset;
    int32_t output_offset;
    cmsis_nn_tile stride;
    cmsis_nn_tile padding;
    cmsis_nn_tile dilation;
    cmsis_nn_activation activation;
} cmsis_nn_conv_params;

typedef struct {
    int32_t input_offset;
    int32_t output_offset;
    int32_t ch_mult;
    cmsis_nn_tile stride;
    cmsis_nn_tile padding;
    cmsis_nn_tile dilation;
    cmsis_nn_activation activation;
} cmsis_nn_dw_conv_params;

typedef struct {
    cmsis_nn_tile stride;
    cmsis_nn_tile padding;
    cmsis_nn_activation activation;
} cmsis_nn_pool_params;

/* filter_offset = -filter zero point: 0 for symmetric weights. */
typedef struct {
    int32_t input_offset;
    int32_t filter_offset;
    int32_t output_offset;
    cmsis_nn_activation activation;
} cmsis_nn_fc_params;

#endif
