"""The table of float kernels.

A kernel takes the operator's attributes and its operands and returns its result. Activations carry
their samples in front: an activation of shape s is an array of shape (N, *s). Constants do not.
"""

from __future__ import annotations

from collections.abc import Callable

from mcuq.graph import Attrs, OpKind
from mcuq.interpret.float import elementwise, linear, movement, pooling
from mcuq.interpret.float.operand import Array, Operand

Kernel = Callable[[Attrs, list[Operand]], Array]

KERNELS: dict[OpKind, Kernel] = {
    OpKind.CONV_2D: linear.conv,
    OpKind.DEPTHWISE_CONV_2D: linear.depthwise_conv,
    OpKind.FULLY_CONNECTED: linear.fully_connected,
    OpKind.ADD: elementwise.add,
    OpKind.SUB: elementwise.sub,
    OpKind.MUL: elementwise.mul,
    OpKind.SOFTMAX: elementwise.softmax,
    OpKind.LOGISTIC: elementwise.logistic,
    OpKind.TANH: elementwise.tanh,
    OpKind.RELU: elementwise.relu,
    OpKind.RELU6: elementwise.relu6,
    OpKind.LEAKY_RELU: elementwise.leaky_relu,
    OpKind.HARD_SWISH: elementwise.hard_swish,
    OpKind.AVERAGE_POOL_2D: pooling.average_pool,
    OpKind.MAX_POOL_2D: pooling.max_pool,
    OpKind.MEAN: pooling.mean,
    OpKind.RESIZE_NEAREST_NEIGHBOR: pooling.resize,
    OpKind.RESIZE_BILINEAR: pooling.resize_bilinear,
    OpKind.PAD: movement.pad,
    OpKind.CONCATENATION: movement.concatenation,
    OpKind.RESHAPE: movement.reshape,
    OpKind.SQUEEZE: movement.reshape,
    OpKind.TRANSPOSE: movement.transpose,
    OpKind.STRIDED_SLICE: movement.strided_slice,
}
