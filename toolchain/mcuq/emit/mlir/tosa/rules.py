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
from mcuq.graph import Activation, Op, OpKind
from mcuq.quantized.same_scale import SAME_SCALE

_RULES: dict[OpKind, Rule] = {
    OpKind.CONV_2D: windows.conv,
    OpKind.DEPTHWISE_CONV_2D: windows.depthwise,
    OpKind.FULLY_CONNECTED: fully_connected,
    OpKind.ADD: elementwise.binary("add"),
    OpKind.SUB: elementwise.binary("sub"),
    OpKind.MUL: elementwise.binary("mul"),
    OpKind.AVERAGE_POOL_2D: windows.average_pool,
    OpKind.MAX_POOL_2D: windows.max_pool,
    OpKind.MEAN: elementwise.mean,
    OpKind.PAD: movement.pad,
    OpKind.CONCATENATION: movement.concatenation,
    OpKind.RESHAPE: movement.reshape,
    OpKind.SQUEEZE: movement.reshape,
    OpKind.TRANSPOSE: movement.transpose,
    OpKind.STRIDED_SLICE: movement.strided_slice,
    OpKind.RESIZE_NEAREST_NEIGHBOR: resize.resize,
    OpKind.RESIZE_BILINEAR: resize.resize_bilinear,
    OpKind.SOFTMAX: elementwise.softmax,
    OpKind.LOGISTIC: elementwise.unary("tosa.sigmoid"),
    OpKind.TANH: elementwise.unary("tosa.tanh"),
    OpKind.RELU: elementwise.clamp(Activation.RELU),
    OpKind.RELU6: elementwise.clamp(Activation.RELU6),
    OpKind.LEAKY_RELU: elementwise.leaky_relu,
    OpKind.HARD_SWISH: elementwise.hard_swish,
    OpKind.QUANTIZE: elementwise.unary("quant.qcast"),
    OpKind.DEQUANTIZE: elementwise.unary("quant.dcast"),
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
    if op.kind is OpKind.CONV_2D:
        return inputs[1].type.shape[3] == source.shape[3]
    if op.kind in SAME_SCALE or op.kind is OpKind.CONCATENATION:
        return all(value.type.element == output.element for value in inputs)
    return op.kind in (OpKind.FULLY_CONNECTED, OpKind.QUANTIZE)
