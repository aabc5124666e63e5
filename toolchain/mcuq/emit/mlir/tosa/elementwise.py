"""ADD, SUB, MUL, the activation functions, SOFTMAX and MEAN, over floats."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from mcuq.emit.mlir.syntax import Number, TensorType, Value
from mcuq.emit.mlir.tosa.block import Block
from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import Attrs, fused
from mcuq.ops.l2_normalization import LEAST_LENGTH
from mcuq.ops.mean import MeanAttrs
from mcuq.ops.softmax import SoftmaxAttrs
from mcuq.ops.unary import LeakyReluAttrs

Rule = Callable[[Block, Any, Sequence[Value], TensorType], Value]


class _Vocabulary:
    """NumPy's names of what an elementwise formula is made of."""

    def __init__(self, block: Block) -> None:
        self._block = block

    def add(self, a: Value, b: Value) -> Value:
        return self._block.binary("add", a, b)

    def subtract(self, a: Value, b: Value) -> Value:
        return self._block.binary("sub", a, b)

    def multiply(self, a: Value, b: Value) -> Value:
        return self._block.binary("mul", a, b)

    def divide(self, a: Value, b: Value) -> Value:
        return self._block.binary("mul", a, self._block.emit("tosa.reciprocal", [b], b.type))

    def minimum(self, a: Value, b: Value) -> Value:
        return self._block.binary("minimum", a, b)

    def maximum(self, a: Value, b: Value) -> Value:
        return self._block.binary("maximum", a, b)

    def abs(self, x: Value) -> Value:
        return self._block.emit("tosa.abs", [x], x.type)

    def negative(self, x: Value) -> Value:
        return self._block.emit("tosa.negate", [x], x.type)

    def exp(self, x: Value) -> Value:
        return self._block.emit("tosa.exp", [x], x.type)

    def floor(self, x: Value) -> Value:
        return self._block.emit("tosa.floor", [x], x.type)


def by_formula(formula: Callable[..., Any]) -> Rule:
    """The rule of an operator that is elementwise: its formula and its fused activation."""

    def rule(block: Block, attrs: Attrs, inputs: Sequence[Value], output: TensorType) -> Value:
        result: Value = formula(_Vocabulary(block), *inputs)
        return block.clamp(result, fused(attrs))

    return rule


def unary(name: str) -> Rule:
    """The rule of a function that is one operation."""

    def rule(block: Block, attrs: Attrs, inputs: Sequence[Value], output: TensorType) -> Value:
        return block.emit(name, inputs, output)

    return rule


def clamp(activation: Activation) -> Rule:
    """The rule of RELU and RELU6."""

    def rule(block: Block, attrs: Attrs, inputs: Sequence[Value], output: TensorType) -> Value:
        return block.clamp(inputs[0], activation)

    return rule


def leaky_relu(
    block: Block, attrs: LeakyReluAttrs, inputs: Sequence[Value], output: TensorType
) -> Value:
    """max(x, 0) + alpha × min(x, 0)."""
    source = inputs[0]
    rank = len(output.shape)
    zero = block.scalar(0.0, rank)
    below = block.binary("minimum", source, zero)
    slope = block.scalar(attrs.alpha, rank)
    return block.binary(
        "add", block.binary("maximum", source, zero), block.binary("mul", below, slope)
    )


def hard_swish(block: Block, attrs: Attrs, inputs: Sequence[Value], output: TensorType) -> Value:
    """x × min(max(x + 3, 0), 6) / 6."""
    rank = len(output.shape)
    shifted = block.binary("add", inputs[0], block.scalar(3.0, rank))
    gate = block.clamp(shifted, Activation.RELU6)
    product = block.binary("mul", inputs[0], gate)
    return block.binary("mul", product, block.scalar(1 / 6, rank))


def elu(block: Block, attrs: Attrs, inputs: Sequence[Value], output: TensorType) -> Value:
    """max(x, 0) + (exp(min(x, 0)) - 1)."""
    source, rank = inputs[0], len(output.shape)
    zero = block.scalar(0.0, rank)
    power = block.emit("tosa.exp", [block.binary("minimum", source, zero)], source.type)
    below = block.binary("sub", power, block.scalar(1.0, rank))
    return block.binary("add", block.binary("maximum", source, zero), below)


def softmax(
    block: Block, attrs: SoftmaxAttrs, inputs: Sequence[Value], output: TensorType
) -> Value:
    """exp(beta × (x - max)) over its sum, along the last dimension."""
    source, axis = inputs[0], len(output.shape) - 1
    scaled = block.binary("sub", source, _reduced(block, "reduce_max", source, axis))
    beta = attrs.beta
    if beta != 1.0:
        scaled = block.binary("mul", scaled, block.scalar(beta, axis + 1))
    powers = block.emit("tosa.exp", [scaled], output)
    total = _reduced(block, "reduce_sum", powers, axis)
    return block.binary("mul", powers, block.emit("tosa.reciprocal", [total], total.type))


def log_softmax(block: Block, attrs: Attrs, inputs: Sequence[Value], output: TensorType) -> Value:
    """x - max, less the logarithm of the sum of exp of that, along the last dimension."""
    source, axis = inputs[0], len(output.shape) - 1
    centred = block.binary("sub", source, _reduced(block, "reduce_max", source, axis))
    total = _reduced(block, "reduce_sum", block.emit("tosa.exp", [centred], output), axis)
    return block.binary("sub", centred, block.emit("tosa.log", [total], total.type))


def l2_normalization(
    block: Block, attrs: Attrs, inputs: Sequence[Value], output: TensorType
) -> Value:
    """x / √max(Σ x², the square of the least length), along the last dimension."""
    source, rank = inputs[0], len(output.shape)
    total = _reduced(block, "reduce_sum", block.binary("mul", source, source), rank - 1)
    bounded = block.binary("maximum", total, block.scalar(LEAST_LENGTH**2, rank))
    return block.binary("mul", source, block.emit("tosa.rsqrt", [bounded], bounded.type))


def reduction(name: str) -> Rule:
    """The rule of SUM, REDUCE_MIN and REDUCE_ALL: one operation an axis."""

    def rule(block: Block, attrs: MeanAttrs, inputs: Sequence[Value], output: TensorType) -> Value:
        result = inputs[0]
        for axis in attrs.axes:
            result = _reduced(block, name, result, axis)
        return result if result.type == output else block.reshape(result, output.shape)

    return rule


def mean(block: Block, attrs: MeanAttrs, inputs: Sequence[Value], output: TensorType) -> Value:
    """The sum along each axis, times one over the number of elements."""
    axes = attrs.axes
    count = math.prod(inputs[0].type.shape[axis] for axis in axes)
    result = inputs[0]
    for axis in axes:
        result = _reduced(block, "reduce_sum", result, axis)
    result = block.binary("mul", result, block.scalar(1 / count, len(result.type.shape)))
    return result if result.type == output else block.reshape(result, output.shape)


def _reduced(block: Block, name: str, source: Value, axis: int) -> Value:
    shape = source.type.shape
    type_ = replace(source.type, shape=(*shape[:axis], 1, *shape[axis + 1 :]))
    return block.emit(f"tosa.{name}", [source], type_, axis=Number(axis, "i32"))
