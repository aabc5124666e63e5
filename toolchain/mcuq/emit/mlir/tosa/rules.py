"""The table of lowering rules, and how they meet quantized types.

A rule takes the block, the operator's attributes, its inputs and its output's type, emits at least
one operation and returns the last one's result.

Operators that TOSA defines over quantized types are written so; their requantization is what the
types imply. The others are written over reals, between `quant.dcast` and `quant.qcast`.
"""

from __future__ import annotations

from collections.abc import Sequence

from mcuq.emit.mlir.syntax import TensorType, Value
from mcuq.emit.mlir.tosa import elementwise, movement, resize, windows
from mcuq.emit.mlir.tosa.block import Block
from mcuq.emit.mlir.tosa.dense_layer import fully_connected
from mcuq.emit.mlir.tosa.elementwise import Rule
from mcuq.emit.mlir.tosa.quantization import is_quantized
from mcuq.graph import Op
from mcuq.numeric.activation import Activation
from mcuq.ops.binary import ADD, MUL, SUB
from mcuq.ops.conversion import DEQUANTIZE, QUANTIZE
from mcuq.ops.movement import CONCATENATION, PAD, RESHAPE, SQUEEZE, STRIDED_SLICE, TRANSPOSE
from mcuq.ops.operator import AnyOperator
from mcuq.ops.pooling import AVERAGE_POOL_2D, MAX_POOL_2D, MEAN
from mcuq.ops.resize import RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR
from mcuq.ops.softmax import SOFTMAX
from mcuq.ops.unary import HARD_SWISH, LEAKY_RELU, LOGISTIC, RELU, RELU6, TANH
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED

_RULES: dict[AnyOperator, Rule] = {
    CONV_2D: windows.conv,
    DEPTHWISE_CONV_2D: windows.depthwise,
    FULLY_CONNECTED: fully_connected,
    ADD: elementwise.binary("add"),
    SUB: elementwise.binary("sub"),
    MUL: elementwise.binary("mul"),
    AVERAGE_POOL_2D: windows.average_pool,
    MAX_POOL_2D: windows.max_pool,
    MEAN: elementwise.mean,
    PAD: movement.pad,
    CONCATENATION: movement.concatenation,
    RESHAPE: movement.reshape,
    SQUEEZE: movement.reshape,
    TRANSPOSE: movement.transpose,
    STRIDED_SLICE: movement.strided_slice,
    RESIZE_NEAREST_NEIGHBOR: resize.resize,
    RESIZE_BILINEAR: resize.resize_bilinear,
    SOFTMAX: elementwise.softmax,
    LOGISTIC: elementwise.unary("tosa.sigmoid"),
    TANH: elementwise.unary("tosa.tanh"),
    RELU: elementwise.clamp(Activation.RELU),
    RELU6: elementwise.clamp(Activation.RELU6),
    LEAKY_RELU: elementwise.leaky_relu,
    HARD_SWISH: elementwise.hard_swish,
    QUANTIZE: elementwise.unary("quant.qcast"),
    DEQUANTIZE: elementwise.unary("quant.dcast"),
}


def lower(block: Block, op: Op, inputs: Sequence[Value], output: TensorType) -> Value:
    """Emit `op`; its result is the last operation's."""
    rule = _RULES[op.kind]
    if not is_quantized(output) or _works_on_integers(op, inputs, output):
        return rule(block, op.attrs, inputs, output)
    reals = [
        block.emit("quant.dcast", [value], TensorType(value.type.shape, "f32")) for value in inputs
    ]
    result = rule(block, op.attrs, reals, TensorType(output.shape, "f32"))
    return block.emit("quant.qcast", [result], output)


def _works_on_integers(op: Op, inputs: Sequence[Value], output: TensorType) -> bool:
    """Whether TOSA has the operator over these quantized types.

    The filter of a depthwise or grouped convolution would have to be reshaped or sliced, which
    TOSA's types cannot say of a filter with a scale a channel.
    """
    source = inputs[0].type
    if op.kind is CONV_2D:
        return inputs[1].type.shape[3] == source.shape[3]
    if op.kind.scale.same or op.kind is CONCATENATION:
        return all(value.type.element == output.element for value in inputs)
    return op.kind in (FULLY_CONNECTED, QUANTIZE)
