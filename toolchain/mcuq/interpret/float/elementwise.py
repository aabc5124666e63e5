"""ADD, SUB, MUL, SOFTMAX and the activation functions in float32."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np

from mcuq.graph import Attrs, BinaryAttrs, LeakyReluAttrs, SoftmaxAttrs
from mcuq.interpret.float.operand import Array, Operand, activate


def _binary(
    function: Callable[[Array, Array], Array], attrs: Attrs, operands: list[Operand]
) -> Array:
    rank = max(operand.rank for operand in operands)
    result = function(operands[0].aligned(rank), operands[1].aligned(rank))
    return activate(result, cast(BinaryAttrs, attrs).activation)


def add(attrs: Attrs, operands: list[Operand]) -> Array:
    return _binary(np.add, attrs, operands)


def sub(attrs: Attrs, operands: list[Operand]) -> Array:
    return _binary(np.subtract, attrs, operands)


def mul(attrs: Attrs, operands: list[Operand]) -> Array:
    return _binary(np.multiply, attrs, operands)


def softmax(attrs: Attrs, operands: list[Operand]) -> Array:
    """exp(beta × (x - max)) over its sum, along the last dimension."""
    x = operands[0].values
    scaled = np.float32(cast(SoftmaxAttrs, attrs).beta) * (x - x.max(axis=-1, keepdims=True))
    exponentials = np.exp(scaled)
    return cast(Array, exponentials / exponentials.sum(axis=-1, keepdims=True))


def logistic(attrs: Attrs, operands: list[Operand]) -> Array:
    """1 / (1 + exp(-x)), from exp(-|x|) so that nothing overflows."""
    x = operands[0].values
    decay = np.exp(-np.abs(x))
    return cast(Array, np.where(x >= 0, np.float32(1), decay) / (1 + decay))


def tanh(attrs: Attrs, operands: list[Operand]) -> Array:
    return np.tanh(operands[0].values)


def relu(attrs: Attrs, operands: list[Operand]) -> Array:
    return np.maximum(operands[0].values, np.float32(0))


def relu6(attrs: Attrs, operands: list[Operand]) -> Array:
    return np.clip(operands[0].values, np.float32(0), np.float32(6))


def leaky_relu(attrs: Attrs, operands: list[Operand]) -> Array:
    x = operands[0].values
    return np.where(x > 0, x, np.float32(cast(LeakyReluAttrs, attrs).alpha) * x)


def hard_swish(attrs: Attrs, operands: list[Operand]) -> Array:
    """x × min(max(x + 3, 0), 6) / 6."""
    x = operands[0].values
    return cast(Array, x * np.clip(x + np.float32(3), 0, 6) / np.float32(6))
