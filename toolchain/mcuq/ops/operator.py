"""What an operator means, as one value: everything that no file format and no target decides.

Each operator is one `Operator`, a constant in the module of its family, with every field given.
What belongs to a format or a target (TFLite, TOSA, C, TensorFlow) stands with that in a table that
is checked complete, see `mcuq.ops.table`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from mcuq.numeric import integer_limits
from mcuq.numeric.element import Element
from mcuq.numeric.tensor import AffineParams, QuantizedTensor
from mcuq.ops.attrs import Attrs
from mcuq.ops.elements import ElementRule, reals
from mcuq.ops.operand import Operand

Shape = tuple[int, ...]
Values = npt.NDArray[Any]
"""Activations of several samples, (N, *shape), in the tensor's dtype."""
Backward = Callable[[Values], list[Values]]
"""Gradient of the output → gradients of the inputs."""

A = TypeVar("A", bound=Attrs)
P = TypeVar("P")
W = TypeVar("W")

Span = tuple[float, float]
"""Least and largest value of a tensor."""


@dataclass(frozen=True)
class NoForm:
    """Says of an operator that it has no such form, and why: read by users."""

    reason: str


NO_DYNAMIC = NoForm(
    "quantize the activations, or run the dynamic-range flatbuffer in LiteRT",
)
"""Of operators that the firmware does not compute on float activations."""


@dataclass(frozen=True)
class QuantizedOp(Generic[A]):
    """An operator with the tensors that it reads and writes."""

    attrs: A
    inputs: tuple[QuantizedTensor, ...]
    output: QuantizedTensor

    def constant(self, number: int) -> npt.NDArray[Any]:
        """The stored integers of a constant input."""
        data = self.inputs[number].data
        assert data is not None, self.inputs[number].name
        return data

    @property
    def reals(self) -> tuple[QuantizedTensor, ...]:
        """Result and operands that stand for real numbers; of these the first decides the form."""
        return tuple(t for t in (self.output, *self.inputs) if t.element is Element.REAL)


@dataclass(frozen=True, eq=False)
class IntegerForm(Generic[A, P]):
    """The firmware's arithmetic for activations of one width.

    Attributes:
        params: scales → the integers that a kernel needs beside its tensors.
        run: inputs (N, *shape), constants (1, *shape) → output (N, *shape), byte for byte that of
            the portable C kernels and of TFLite Micro.
        fits: whether no input makes an intermediate leave its type where the scales are somebody
            else's. A factor above 1 shifts a sum to the left before it is multiplied; kernels do
            that in int32. Scales that come from data, and the guard, never lead there.
    """

    params: Callable[[QuantizedOp[A]], P]
    run: Callable[[QuantizedOp[A], P, list[Values]], Values]
    fits: Callable[[QuantizedOp[A], P], bool]

    def __call__(self, op: QuantizedOp[A], inputs: list[Values]) -> Values:
        """`run` with the operator's own parameters."""
        return self.run(op, self.params(op), inputs)

    def results(self, op: QuantizedOp[A], inputs: list[Values]) -> tuple[Values, ...]:
        """The output, and behind it the new values of the states that the operator keeps."""
        return (self(op, inputs),)


@dataclass(frozen=True, eq=False)
class KeepingForm(IntegerForm[A, P]):
    """The arithmetic of an operator that keeps states.

    Attributes:
        step: as `run`, with the new values of the states behind the output.
    """

    step: Callable[[QuantizedOp[A], P, list[Values]], tuple[Values, ...]]

    def results(self, op: QuantizedOp[A], inputs: list[Values]) -> tuple[Values, ...]:
        return self.step(op, self.params(op), inputs)


def keeping(
    params: Callable[[QuantizedOp[A]], P],
    step: Callable[[QuantizedOp[A], P, list[Values]], tuple[Values, ...]],
    fits: Callable[[QuantizedOp[A], P], bool],
) -> KeepingForm[A, P]:
    """The form whose every run is a step."""
    return KeepingForm(params, lambda op, p, inputs: step(op, p, inputs)[0], fits, step)


def always(op: QuantizedOp[Any], params: object) -> bool:
    """`fits` of what computes nothing that could leave its type."""
    return True


def _all_reached(spans: Sequence[Span]) -> Span:
    return min(low for low, _ in spans), max(high for _, high in spans)


@dataclass(frozen=True)
class OutputScale:
    """Where the scale and zero point of an output come from: its own range, if nothing else.

    Attributes:
        same: they are the first input's; nothing is requantized.
        joined: all inputs and the output share them.
        fixed: bits → what TFLite prescribes.
        moves: values are moved or selected only: they need no rounding of their own.
        reached: where they are joined: ranges of the inputs → that of the output. Inputs may
            saturate beyond it: no output tells.
    """

    same: bool = False
    joined: bool = False
    fixed: tuple[tuple[int, AffineParams], ...] = ()
    moves: bool = False
    reached: Callable[[Sequence[Span]], Span] = _all_reached

    def prescribed(self, bits: int) -> AffineParams | None:
        """The prescribed parameters of an output of this width."""
        return dict(self.fixed).get(bits)


def _prescribed(int8: AffineParams) -> OutputScale:
    int16 = AffineParams(np.float32(1 / 32768), 0)
    return OutputScale(fixed=((8, int8), (16, int16)))


UNIT = _prescribed(AffineParams(np.float32(1 / 256), -128))
"""Of values from 0 to 1."""
SIGNED_UNIT = _prescribed(AffineParams(np.float32(1 / 128), 0))
"""Of values from -1 to 1."""


@dataclass(frozen=True)
class StepLimits:
    """Bounds of a scale: a smaller one is raised, a larger one refused."""

    least: float = 0.0
    largest: float = float("inf")


def any_argument(attrs: Attrs, bits: int) -> StepLimits:
    """No bound."""
    return StepLimits()


def any_output(
    attrs: Attrs, steps: Sequence[float], constants: Sequence[Values | None], bits: int
) -> float:
    """No bound."""
    return 0.0


def any_step(attrs: Attrs, steps: Sequence[float], bits: int) -> float:
    """No bound."""
    return float("inf")


def least_real(grid: AffineParams, bits: int) -> float:
    """What the least integer stands for."""
    return (integer_limits(bits)[0] - grid.zero_point) * float(grid.scale)


@dataclass(frozen=True, eq=False)
class RangeGuard(Generic[A]):
    """How small and how large scales may be beside each other for TFLite Micro's integers.

    Attributes:
        derivation: why these bounds.
        argument: (attributes, bits) → bounds of the scale of each activation input.
        output: (attributes, scales of the activation inputs, real constants by input, bits) → least
            scale of the output.
        least_value: the least real value that the first input's integers may stand for.
        largest_output: (attributes, scales of the activation inputs, bits) → largest scale of the
            output.
    """

    derivation: str
    argument: Callable[[A, int], StepLimits] = any_argument
    output: Callable[[A, Sequence[float], Sequence[Values | None], int], float] = any_output
    least_value: float = float("-inf")
    largest_output: Callable[[A, Sequence[float], int], float] = any_step

    def takes(self, grid: AffineParams, bits: int) -> bool:
        """Whether no integer of a first input of this grid stands for less than `least_value`."""
        return least_real(grid, bits) >= self.least_value


@dataclass(frozen=True, eq=False)
class Operator(Generic[A, P, W]):
    """One operator. Two are equal only if they are the same one.

    Attributes:
        name: as in the TFLite schema; our own where that has none.
        attrs: type of its attributes.
        shape: (attributes, input shapes) → output shape; ValueError, one line, where they do not
            fit.
        float_form: operands → values (N, *shape) in float32.
        gradient: (attributes, inputs (N, *shape), output shape) → output and its `Backward`.
        scale: where the output's scale comes from.
        guard: which scales the integers can bear.
        int8, int16: the integer forms.
        dynamic: float32 activations in the firmware, filters being integers.
        formula: an elementwise operator in the vocabulary of NumPy; `xp` is NumPy, TensorFlow or
            TOSA. None where the operator is not elementwise.
        filter_axis: the dimension of output channels in the filter; None without a filter. Inputs
            are (activation, filter[, bias]) otherwise.
        element: what it reads and gives: real numbers, if nothing else is said.
        kept: how many states it keeps. They are its last operands, and it has a further output for
            each, of that operand's shape and scale: what the next run reads.
    """

    name: str
    attrs: type[A]
    shape: Callable[[A, Sequence[Shape]], Shape]
    float_form: Callable[[A, list[Operand]], Values] | NoForm
    gradient: Callable[[A, list[Values], Shape], tuple[Values, Backward]] | NoForm
    scale: OutputScale
    guard: RangeGuard[A]
    int8: IntegerForm[A, P]
    int16: IntegerForm[A, W] | NoForm
    dynamic: Callable[[QuantizedOp[A], list[Values]], Values] | NoForm
    formula: Callable[..., Any] | None = None
    filter_axis: int | None = None
    element: ElementRule = reals
    kept: int = 0

    @property
    def weighted(self) -> bool:
        """Whether it has a filter, whose bits are chosen."""
        return self.filter_axis is not None

    def __str__(self) -> str:
        return self.name

    __repr__ = __str__

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return _by_name, (self.name,)


AnyOperator = Operator[Any, Any, Any]


def _by_name(name: str) -> AnyOperator:
    """Unpickled operators are the constants of this process."""
    # The catalog imports the families, which import this module.
    catalog = importlib.import_module("mcuq.ops.catalog")
    found: AnyOperator = catalog.operator(name)
    return found


def largest_shifted(bits: int) -> int:
    """Largest magnitude of an int8 value minus its zero point, or of an int16 value."""
    return 255 if bits == 8 else 32768


def single(tensor: QuantizedTensor) -> np.float32:
    """The scale of a tensor that has one."""
    return np.float32(tensor.scale[0])
