"""Functions of one argument, over floats."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mcuq.emit.mlir.syntax import TensorType, Value
from mcuq.emit.mlir.tosa.block import Block
from mcuq.ops.attrs import Attrs
from mcuq.ops.clip import ClipAttrs
from mcuq.ops.smooth import GELU_CUBE, GELU_SLOPE, GeluAttrs


class _Real:
    """Arithmetic on values of one rank."""

    def __init__(self, block: Block, output: TensorType) -> None:
        self._block, self._rank = block, len(output.shape)

    def one(self, name: str, x: Value) -> Value:
        """An operation of one operand."""
        return self._block.emit(f"tosa.{name}", [x], x.type)

    def two(self, name: str, x: Value, y: Value | float) -> Value:
        """An operation of two operands, the second a number as well."""
        other = self._block.scalar(y, self._rank) if isinstance(y, float) else y
        return self._block.binary(name, x, other)


def square_root(block: Block, attrs: Attrs, inputs: Sequence[Value], output: TensorType) -> Value:
    """One over the inverse root, which is infinite at zero."""
    real = _Real(block, output)
    return real.one("reciprocal", real.one("rsqrt", inputs[0]))


def rounded(block: Block, attrs: Attrs, inputs: Sequence[Value], output: TensorType) -> Value:
    """The even number next to x, and one more or less where x is over a half from it."""
    real, x = _Real(block, output), inputs[0]
    half = real.two("add", real.two("mul", x, 0.5), 0.5)
    even = real.two("mul", real.one("floor", half), 2.0)
    rest = real.two("sub", x, even)
    above = real.two("maximum", real.one("ceil", real.two("sub", rest, 0.5)), 0.0)
    below = real.two("minimum", real.one("floor", real.two("add", rest, 0.5)), 0.0)
    return real.two("add", real.two("add", even, above), below)


def sign(block: Block, attrs: Attrs, inputs: Sequence[Value], output: TensorType) -> Value:
    """What is above zero rounded up to 1, what is below down to -1."""
    real, x = _Real(block, output), inputs[0]
    above = real.one("ceil", block.between(x, 0.0, 1.0))
    below = real.one("floor", block.between(x, -1.0, 0.0))
    return real.two("add", above, below)


def clip(block: Block, attrs: ClipAttrs, inputs: Sequence[Value], output: TensorType) -> Value:
    """The rule of CLIP."""
    return block.between(inputs[0], attrs.low, attrs.high)


def gelu(block: Block, attrs: GeluAttrs, inputs: Sequence[Value], output: TensorType) -> Value:
    """x / 2 × (1 + erf(x / √2)), or by tanh."""
    real, x = _Real(block, output), inputs[0]
    if attrs.approximate:
        cubed = real.two("mul", real.two("mul", real.two("mul", x, x), x), GELU_CUBE)
        inner = real.two("mul", real.two("add", x, cubed), GELU_SLOPE)
        share = real.one("tanh", inner)
    else:
        share = real.one("erf", real.two("mul", x, math.sqrt(0.5)))
    return real.two("mul", real.two("mul", x, 0.5), real.two("add", share, 1.0))


def silu(block: Block, attrs: Attrs, inputs: Sequence[Value], output: TensorType) -> Value:
    """x × sigmoid(x)."""
    real = _Real(block, output)
    return real.two("mul", inputs[0], real.one("sigmoid", inputs[0]))


def softplus(block: Block, attrs: Attrs, inputs: Sequence[Value], output: TensorType) -> Value:
    """max(x, 0) + log(1 + exp(-|x|))."""
    real, x = _Real(block, output), inputs[0]
    power = real.one("exp", real.one("negate", real.one("abs", x)))
    tail = real.one("log", real.two("add", power, 1.0))
    return real.two("add", real.two("maximum", x, 0.0), tail)


def mish(block: Block, attrs: Attrs, inputs: Sequence[Value], output: TensorType) -> Value:
    """x × tanh(softplus(x))."""
    real = _Real(block, output)
    share = real.one("tanh", softplus(block, attrs, inputs, output))
    return real.two("mul", inputs[0], share)


def hard_sigmoid(block: Block, attrs: Attrs, inputs: Sequence[Value], output: TensorType) -> Value:
    """min(max(x + 3, 0), 6) / 6."""
    real = _Real(block, output)
    gate = block.between(real.two("add", inputs[0], 3.0), 0.0, 6.0)
    return real.two("mul", gate, 1 / 6)
