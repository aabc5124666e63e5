"""Functions without an int16 form in TensorFlow Lite Micro, as operators that have one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mcuq.graph import Op, Tensor
from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import Attrs, NoAttrs
from mcuq.ops.binary import ADD, MUL, BinaryAttrs
from mcuq.ops.clip import CLIP, ClipAttrs
from mcuq.ops.functions import ABS, RSQRT
from mcuq.ops.operator import AnyOperator
from mcuq.ops.real_functions import NEG, SQUARE
from mcuq.ops.smooth import GELU, GELU_CUBE, GELU_SLOPE, HARD_SIGMOID, SILU, GeluAttrs
from mcuq.ops.unary import HARD_SWISH, LOGISTIC
from mcuq.quantize.joins import Range

_GELU_END = 4.5
"""From here on the share of GELU by TANH is within a step of 16 bits of 0 or 1."""


class Int16Spelling:
    """The operators that stand for one.

    Attributes:
        ops: in order; the last gives the operator's own result.
        known: activations that were put in → their range.
        source: others that were put in → the one of which they hold values.
    """

    def __init__(self, op: Op, tensors: dict[str, Tensor]) -> None:
        self.op, self._tensors = op, tensors
        self.ops: list[Op] = []
        self.known: dict[str, Range] = {}
        self.source: dict[str, str] = {}

    def constant(self, value: float, name: str) -> str:
        """A number that broadcasts."""
        name = f"{self.op.output}#{name}"
        self._tensors[name] = Tensor(name, (1,), np.array([value], np.float32))
        return name

    def step(
        self, kind: AnyOperator, inputs: tuple[str, ...], name: str, attrs: Attrs | None = None
    ) -> str:
        """An operator on the way."""
        name = f"{self.op.output}#{name}"
        self._tensors[name] = Tensor(name, self._tensors[self.op.output].shape)
        self.ops.append(Op(kind, name, inputs, (name,), attrs or BinaryAttrs()))
        return name

    def last(self, kind: AnyOperator, *inputs: str, attrs: Attrs | None = None) -> None:
        """The operator that gives the result."""
        self.ops.append(Op(kind, self.op.name, inputs, self.op.outputs, attrs or BinaryAttrs()))


def _gate(to: Int16Spelling, x: str) -> str:
    """relu6(x + 3)."""
    three, clamp = to.constant(3.0, "three"), BinaryAttrs(Activation.RELU6)
    gate = to.step(ADD, (x, three), "gate", clamp)
    to.known[gate] = 0.0, 6.0
    return gate


def _hard_swish(to: Int16Spelling, x: str) -> None:
    """x × relu6(x + 3) / 6."""
    gate = _gate(to, x)
    share = to.step(MUL, (gate, to.constant(1 / 6, "sixth")), "share")
    to.known[share] = 0.0, 1.0
    to.last(MUL, x, share)


def _hard_sigmoid(to: Int16Spelling, x: str) -> None:
    """relu6(x + 3) / 6."""
    to.last(MUL, _gate(to, x), to.constant(1 / 6, "sixth"))


def _silu(to: Int16Spelling, x: str) -> None:
    """x × logistic(x)."""
    to.last(MUL, x, to.step(LOGISTIC, (x,), "share", NoAttrs()))


def _gelu(to: Int16Spelling, x: str) -> None:
    """x × logistic(2 slope (x + cube × x³)), the argument held where the share still moves."""
    end, slope = _GELU_END, 2 * GELU_SLOPE
    held = to.step(CLIP, (x,), "held", ClipAttrs(-end, end))
    square = to.step(MUL, (held, held), "square")
    cube = to.step(MUL, (square, to.constant(slope * GELU_CUBE, "cube_factor")), "cube")
    factor = to.step(ADD, (cube, to.constant(slope, "slope")), "factor")
    inner = to.step(MUL, (held, factor), "inner")
    steepest = slope * (1 + GELU_CUBE * end**2)
    to.known |= {
        held: (-end, end),
        square: (0.0, end**2),
        cube: (0.0, steepest - slope),
        factor: (0.0, steepest),
        inner: (-end * steepest, end * steepest),
    }
    to.last(MUL, x, to.step(LOGISTIC, (inner,), "share", NoAttrs()))


def _rsqrt(to: Int16Spelling, x: str) -> None:
    """Of |x|: TensorFlow Lite Micro stops below zero, which scales of 16 bits always hold."""
    magnitude = to.step(ABS, (x,), "magnitude", NoAttrs())
    to.source[magnitude] = x
    to.last(RSQRT, magnitude, attrs=NoAttrs())


FUNCTIONS: dict[AnyOperator, Callable[[Int16Spelling, str], None]] = {
    HARD_SWISH: _hard_swish,
    HARD_SIGMOID: _hard_sigmoid,
    SILU: _silu,
    GELU: _gelu,
    NEG: lambda to, x: to.last(MUL, x, to.constant(-1.0, "minus_one")),
    SQUARE: lambda to, x: to.last(MUL, x, x),
    RSQRT: _rsqrt,
}


def function_spelled_out(op: Op, tensors: dict[str, Tensor]) -> Int16Spelling | None:
    """What stands for an operator; None where nothing needs to, or nothing can."""
    if op.kind not in FUNCTIONS or (isinstance(op.attrs, GeluAttrs) and not op.attrs.approximate):
        return None
    spelling = Int16Spelling(op, tensors)
    FUNCTIONS[op.kind](spelling, op.inputs[0])
    return spelling
