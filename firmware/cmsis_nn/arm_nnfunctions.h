/* CMSIS-NN's integer functions by their own names, over mcuq's portable kernels: a stand-in where
 * Arm's library is not at hand, and something to compare it with.
 *
 * Names, parameters and structures are Arm's; results are the bytes of TFLite Micro's kernels. All
 * of it is plain C, the same for every core.
 *
 *   ctx           scratch. Where it is not said otherwise it is not used: *_get_buffer_size, also in
 *                 the forms _dsp and _mve, returns 0, and buf may be NULL.
 *   *_dims        n, h, w, c, each at least 1, NHWC.
 *   filter_data   int8, or in the _s4 forms two values a byte, low nibble first, over the flattened
 *                 tensor. -128 and -8 are allowed.
 *   bias_dims     not used.
 *   bias_data     an int32 an output channel (int64 for int16 activations, if it is not said
 *                 otherwise), in units of the sums, or NULL.
 *   output_data   must not overlap the inputs, unless it is said that it may.
 *   input_offset  minus the input's zero point: -127 to 128. Not read for int16.
 *   output_offset the output's zero point: -128 to 127. Not read for int16.
 *   multiplier, shift
 *                 requantization, sum × multiplier × 2^(shift - 31): multiplier 0 or 2^30 to
 *                 2^31 - 1, shift -31 to 30 (int64 sums: to 7), positive to the left.
 *   padding       rows and columns before the first one, at least 0.
 *   stride, dilation
 *                 at least 1.
 *   activation    min and max of the output, both included.
 *
 * What is not said to be checked is not. ARM_CMSIS_NN_ARG_ERROR: a check fails, nothing is written;
 * all others return ARM_CMSIS_NN_SUCCESS.
 */
#ifndef ARM_NNFUNCTIONS_H
#define ARM_NNFUNCTIONS_H

/* Arm's header brings these along. */
#include <stddef.h>
#include <string.h>

#include "arm_nn_convolution.h"
#include "arm_nn_dense.h"
#include "arm_nn_depthwise.h"
#include "arm_nn_elementwise.h"
#include "arm_nn_movement.h"
#include "arm_nn_pooling.h"
#include "arm_nn_recurrent.h"
#include "arm_nn_softmax.h"

#endif
