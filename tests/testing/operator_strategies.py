"""What every test of operators draws: attributes, shapes and constants, by type of attributes.

An operator of a family that is here already is drawn like the others of its family; only one with
attributes of a new type needs a strategy. Everything is a draw of its own, so that a failing case
shrinks to the least attributes and shapes that fail.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from hypothesis import strategies as st

from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import Attrs, NoAttrs, Padding
from mcuq.ops.binary import BinaryAttrs
from mcuq.ops.catalog import OPERATORS
from mcuq.ops.interpolation import ResizeAttrs
from mcuq.ops.movement import (
    SQUEEZE,
    ConcatAttrs,
    PadAttrs,
    ReshapeAttrs,
    StridedSliceAttrs,
    TransposeAttrs,
)
from mcuq.ops.operator import AnyOperator
from mcuq.ops.pooling import MeanAttrs, PoolAttrs
from mcuq.ops.softmax import SoftmaxAttrs
from mcuq.ops.table import Table
from mcuq.ops.unary import LeakyReluAttrs
from mcuq.ops.weighted_params import ConvAttrs, DepthwiseConvAttrs, FullyConnectedAttrs

Shape = tuple[int, ...]
Pair = tuple[int, int]


@dataclass(frozen=True)
class Applied:
    """An operator's attributes, and what it reads beside its first input.

    Attributes:
        attrs: of the operator.
        activations: shapes of further inputs of the graph.
        constants: shapes of constants, which follow; filter and bias of weighted operators.
        constants_first: the constants come before the activations instead.
    """

    attrs: Attrs
    activations: tuple[Shape, ...] = ()
    constants: tuple[Shape, ...] = ()
    constants_first: bool = False


class Apply(Protocol):
    """Draws what is applied to a first input of a given shape."""

    def __call__(self, draw: st.DrawFn, x: Shape) -> Applied: ...


@dataclass(frozen=True)
class Strategy:
    """How an operator is drawn.

    Attributes:
        shapes: of the first input.
        apply: the rest, for a first input of such a shape.
    """

    shapes: st.SearchStrategy[Shape]
    apply: Apply


activations = st.sampled_from(Activation)
few = st.integers(1, 3)
channels = st.one_of(st.integers(1, 5), st.sampled_from([8, 11, 12, 16]))
images = st.tuples(st.just(1), st.integers(1, 13), st.integers(1, 13), channels)
"""(1, height, width, channels)."""


@st.composite
def _arrays(draw: st.DrawFn) -> Shape:
    """(1, up to three dimensions), now and then with one long row."""
    sizes = draw(st.lists(st.integers(1, 5), max_size=3))
    if sizes and draw(st.integers(0, 3)) == 3:
        sizes[-1] = draw(st.integers(1, 300))
    return (1, *sizes)


arrays = _arrays()
rows = arrays.filter(lambda shape: len(shape) > 1)
"""Arrays with a dimension behind the batch."""
few_rows = st.lists(st.integers(1, 5), min_size=1, max_size=3).map(lambda sizes: (1, *sizes))


def _window(draw: st.DrawFn, x: Shape, *, dilated: bool) -> tuple[Pair, Pair, Pair, Padding]:
    """Kernel, stride, dilation and padding; a VALID window fits in the image."""
    padding = draw(st.sampled_from(Padding))
    axes = [_window_axis(draw, size, padding, dilated) for size in x[1:3]]
    kernel, stride, dilation = ((axes[0][i], axes[1][i]) for i in range(3))
    return kernel, stride, dilation, padding


def _window_axis(
    draw: st.DrawFn, size: int, padding: Padding, dilated: bool
) -> tuple[int, int, int]:
    largest = 10 if draw(st.integers(0, 7)) == 7 else 4
    most = min(size, largest) if padding is Padding.VALID else largest
    kernel = draw(st.integers(1, most))
    room = (size - 1) // (kernel - 1) if kernel > 1 and padding is Padding.VALID else 3
    dilation = draw(st.integers(1, min(3, room))) if dilated and draw(st.booleans()) else 1
    return kernel, draw(few), dilation


def _bias(draw: st.DrawFn, outputs: int) -> tuple[Shape, ...]:
    return ((outputs,),) if draw(st.integers(0, 4)) else ()


def _conv(draw: st.DrawFn, x: Shape) -> Applied:
    kernel, stride, dilation, padding = _window(draw, x, dilated=True)
    depth = draw(st.sampled_from([n for n in range(1, x[3] + 1) if x[3] % n == 0][::-1]))
    groups = x[3] // depth
    filters = groups * draw(st.integers(1, 3 if groups > 1 else 9))
    attrs = ConvAttrs(stride, dilation, padding, draw(activations))
    return Applied(attrs, (), ((filters, *kernel, depth), *_bias(draw, filters)))


def _depthwise(draw: st.DrawFn, x: Shape) -> Applied:
    kernel, stride, dilation, padding = _window(draw, x, dilated=True)
    multiplier = draw(st.sampled_from([1, 1, 2, 3]))
    outputs = x[3] * multiplier
    attrs = DepthwiseConvAttrs(stride, dilation, padding, multiplier, draw(activations))
    return Applied(attrs, (), ((1, *kernel, outputs), *_bias(draw, outputs)))


def _fully_connected(draw: st.DrawFn, x: Shape) -> Applied:
    outputs = draw(st.integers(1, 20))
    attrs = FullyConnectedAttrs(draw(activations), keep_num_dims=draw(st.booleans()))
    return Applied(attrs, (), ((outputs, x[-1]), *_bias(draw, outputs)))


def _binary(draw: st.DrawFn, x: Shape) -> Applied:
    attrs = BinaryAttrs(draw(activations))
    shape = _broadcast(draw, x)
    if not draw(st.booleans()):
        return Applied(attrs, (shape,))
    leading = draw(st.integers(0, len(shape) - 1))
    return Applied(attrs, (), (shape[leading:],), constants_first=draw(st.booleans()))


def _broadcast(draw: st.DrawFn, x: Shape) -> Shape:
    """A shape that goes with `x`: the same, thinner, or thicker where `x` is thin."""
    if draw(st.booleans()):
        return x
    return (1, *(_broadcast_axis(draw, size) for size in x[1:]))


def _broadcast_axis(draw: st.DrawFn, size: int) -> int:
    if draw(st.booleans()):
        return size
    return draw(few) if size == 1 else 1


def _pool(draw: st.DrawFn, x: Shape) -> Applied:
    kernel, stride, _, padding = _window(draw, x, dilated=False)
    return Applied(PoolAttrs(kernel, stride, padding, draw(activations)))


def _mean(draw: st.DrawFn, x: Shape) -> Applied:
    axes = draw(st.sets(st.integers(1, len(x) - 1), min_size=1))
    return Applied(MeanAttrs(tuple(sorted(axes)), draw(st.booleans())))


def _pad(draw: st.DrawFn, x: Shape) -> Applied:
    around = tuple(draw(st.tuples(st.integers(0, 2), st.integers(0, 2))) for _ in x[1:])
    return Applied(PadAttrs(((0, 0), *around)))


def _concatenation(draw: st.DrawFn, x: Shape) -> Applied:
    axis = draw(st.integers(1, len(x) - 1))
    shapes = [
        (*x[:axis], size, *x[axis + 1 :])
        for size in draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    ]
    split = len(shapes) - draw(st.sampled_from([0, 0, len(shapes)]))
    return Applied(ConcatAttrs(axis), tuple(shapes[:split]), tuple(shapes[split:]))


def _reshape(draw: st.DrawFn, x: Shape) -> Applied:
    if draw(st.booleans()):
        return Applied(ReshapeAttrs((1, math.prod(x))))
    return Applied(ReshapeAttrs(tuple(draw(st.permutations(x)))))


def _squeeze(draw: st.DrawFn, x: Shape) -> Applied:
    ones = [axis for axis, size in enumerate(x) if size == 1]
    least = [axis for axis in ones if axis] or ones
    dims = draw(st.sets(st.sampled_from(least), min_size=1, max_size=len(x) - 1))
    left = tuple(size for axis, size in enumerate(x) if axis not in dims)
    return Applied(ReshapeAttrs(left, tuple(sorted(dims))))


def _transpose(draw: st.DrawFn, x: Shape) -> Applied:
    return Applied(TransposeAttrs(tuple(draw(st.permutations(range(len(x)))))))


def _strided_slice(draw: st.DrawFn, x: Shape) -> Applied:
    bounds, shrink = [(0, 1, 1)], []
    for axis, size in enumerate(x[1:], 1):
        first = draw(st.integers(0, size - 1))
        if draw(st.integers(0, 3)) == 3:
            shrink.append(axis)
            bounds.append((first, first + 1, 1))
            continue
        step = draw(st.sampled_from([1, 2, -1, -2]))
        last = draw(st.integers(first + 1, size) if step > 0 else st.integers(-1, first - 1))
        bounds.append((first, last, step))
    begin, end, strides = (tuple(column) for column in zip(*bounds, strict=True))
    return Applied(StridedSliceAttrs(begin, end, strides, tuple(shrink)))


def _resize(draw: st.DrawFn, x: Shape) -> Applied:
    size = draw(st.tuples(st.integers(1, 12), st.integers(1, 12)))
    mode = draw(st.sampled_from([(False, False), (True, False), (False, True)]))
    return Applied(ResizeAttrs(size, *mode))


def _softmax(draw: st.DrawFn, x: Shape) -> Applied:
    return Applied(SoftmaxAttrs(_single(draw, 0.125, 3.0)))


def _leaky_relu(draw: st.DrawFn, x: Shape) -> Applied:
    return Applied(LeakyReluAttrs(_single(draw, -2.0, 2.0)))


def _single(draw: st.DrawFn, low: float, high: float) -> float:
    """A float32, as flatbuffers hold them."""
    return draw(st.floats(low, high, width=32, allow_subnormal=False))


def _no_attributes(draw: st.DrawFn, x: Shape) -> Applied:
    return Applied(NoAttrs())


BY_ATTRIBUTES: dict[type[Attrs], Strategy] = {
    ConvAttrs: Strategy(images, _conv),
    DepthwiseConvAttrs: Strategy(images, _depthwise),
    FullyConnectedAttrs: Strategy(rows, _fully_connected),
    BinaryAttrs: Strategy(arrays, _binary),
    PoolAttrs: Strategy(images, _pool),
    MeanAttrs: Strategy(rows, _mean),
    PadAttrs: Strategy(few_rows, _pad),
    ConcatAttrs: Strategy(few_rows, _concatenation),
    ReshapeAttrs: Strategy(arrays, _reshape),
    TransposeAttrs: Strategy(few_rows, _transpose),
    StridedSliceAttrs: Strategy(few_rows, _strided_slice),
    ResizeAttrs: Strategy(images, _resize),
    SoftmaxAttrs: Strategy(rows, _softmax),
    LeakyReluAttrs: Strategy(arrays, _leaky_relu),
    NoAttrs: Strategy(arrays, _no_attributes),
}
"""How the operators with attributes of a type are drawn."""
with_ones = st.lists(st.integers(1, 2), min_size=1, max_size=3).map(lambda sizes: (1, *sizes, 1))
BY_OPERATOR: dict[AnyOperator, Strategy] = {
    # It drops dimensions, where RESHAPE, of the same attributes, changes them.
    SQUEEZE: Strategy(with_ones, _squeeze),
}
"""Operators that differ from others with the same attributes."""


def _found() -> dict[AnyOperator, Strategy]:
    by_type = {o: BY_ATTRIBUTES[o.attrs] for o in OPERATORS if o.attrs in BY_ATTRIBUTES}
    return by_type | BY_OPERATOR


STRATEGIES = Table("Hypothesis strategy", _found())
"""Operator → how it is drawn."""
