"""What every test of operators draws: attributes, shapes and constants, by family.

A new operator of a family is drawn like the others of it, which share a type of attributes or a
shape rule; only one with attributes of a new type needs a strategy. Everything is a draw of its
own, so that a failing case shrinks to the least attributes and shapes that fail.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from applied import Applied, Shape
from hypothesis import strategies as st
from movement_strategies import (
    broadcast_to,
    concatenation,
    gather,
    gather_nd,
    mirror_pad,
    pad,
    pad_with,
    reshape,
    squeeze,
    strided_slice,
    transpose,
    update,
)

from mcuq.numeric.activation import Activation
from mcuq.numeric.element import Element
from mcuq.ops.attrs import Attrs, NoAttrs, Padding
from mcuq.ops.binary import ADD, BinaryAttrs
from mcuq.ops.cast import CastAttrs
from mcuq.ops.catalog import OPERATORS
from mcuq.ops.clip import ClipAttrs
from mcuq.ops.conversion import QUANTIZE
from mcuq.ops.gather_nd import GATHER_ND
from mcuq.ops.gathering import GatherAttrs
from mcuq.ops.interpolation import ResizeAttrs
from mcuq.ops.l2_normalization import L2_NORMALIZATION
from mcuq.ops.log_softmax import LOG_SOFTMAX
from mcuq.ops.logic import LOGICAL_AND, LOGICAL_NOT, LOGICAL_OR, REDUCE_ALL
from mcuq.ops.matmul import MatmulAttrs
from mcuq.ops.mean import MeanAttrs
from mcuq.ops.movement import SQUEEZE, ConcatAttrs, PadAttrs, ReshapeAttrs, TransposeAttrs
from mcuq.ops.operator import AnyOperator, NoForm
from mcuq.ops.padding import PADV2, MirrorPadAttrs
from mcuq.ops.pooling import PoolAttrs
from mcuq.ops.position import PositionAttrs
from mcuq.ops.repetition import BroadcastAttrs
from mcuq.ops.selection import SELECT_V2
from mcuq.ops.slicing import StridedSliceAttrs
from mcuq.ops.smooth import GeluAttrs
from mcuq.ops.softmax import SoftmaxAttrs
from mcuq.ops.table import Table
from mcuq.ops.unary import RELU, LeakyReluAttrs
from mcuq.ops.update import UpdateAttrs
from mcuq.ops.weighted_params import (
    ConvAttrs,
    DepthwiseConvAttrs,
    FullyConnectedAttrs,
    TransposeConvAttrs,
)

Pair = tuple[int, int]


class Apply(Protocol):
    """Draws what is applied to a first input of a given shape."""

    def __call__(self, draw: st.DrawFn, x: Shape) -> Applied: ...


@dataclass(frozen=True)
class Strategy:
    """How an operator is drawn.

    Attributes:
        shapes: of the first input.
        apply: the rest, for a first input of such a shape.
        ranks: dimensions that the first input may have, batch included.
    """

    shapes: st.SearchStrategy[Shape]
    apply: Apply
    ranks: range = range(1, 6)


activations = st.sampled_from(Activation)
few = st.integers(1, 3)
channels = st.one_of(st.integers(1, 5), st.sampled_from([8, 11, 12, 16]))
images = st.tuples(st.just(1), st.integers(1, 13), st.integers(1, 13), channels)
"""(1, height, width, channels)."""


@st.composite
def _arrays(draw: st.DrawFn) -> Shape:
    """(1, up to four dimensions), now and then with one long row."""
    sizes = draw(st.lists(st.integers(1, 5), max_size=4))
    if sizes and draw(st.integers(0, 3)) == 3:
        sizes[-1] = draw(st.integers(1, 300))
    return (1, *sizes)


arrays = _arrays()
rows = arrays.filter(lambda shape: len(shape) > 1)
"""Arrays with a dimension behind the batch."""
few_rows = st.lists(st.integers(1, 5), min_size=1, max_size=4).map(lambda sizes: (1, *sizes))


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


few_images = st.tuples(st.just(1), st.integers(1, 6), st.integers(1, 6), channels)


def _transpose_conv(draw: st.DrawFn, x: Shape) -> Applied:
    padding = draw(st.sampled_from(Padding))
    axes = [_transposed_axis(draw, size, padding) for size in x[1:3]]
    (height, width), kernel, stride = ((axes[0][i], axes[1][i]) for i in range(3))
    filters = draw(st.integers(1, 9))
    attrs = TransposeConvAttrs((1, height, width, filters), stride, padding, draw(activations))
    return Applied(attrs, (), ((filters, *kernel, x[3]), *_bias(draw, filters)))


def _transposed_axis(draw: st.DrawFn, size: int, padding: Padding) -> tuple[int, int, int]:
    """Extent of the result, kernel and stride."""
    kernel, stride = draw(st.integers(1, 5)), draw(few)
    reach = (size - 1) * stride + (kernel if padding is Padding.VALID else 1)
    extents = range(reach, reach + stride)
    return draw(st.sampled_from(extents)), kernel, stride


def _fully_connected(draw: st.DrawFn, x: Shape) -> Applied:
    outputs = draw(st.integers(1, 20))
    attrs = FullyConnectedAttrs(draw(activations), keep_num_dims=draw(st.booleans()))
    return Applied(attrs, (), ((outputs, x[-1]), *_bias(draw, outputs)))


@st.composite
def _matrices(draw: st.DrawFn) -> Shape:
    """(1, up to two dimensions, rows, columns), now and then with long rows."""
    leading = draw(st.lists(few, max_size=2))
    sizes = draw(st.tuples(st.integers(1, 6), st.integers(1, 6) | st.sampled_from([17, 64])))
    return (1, *leading, *sizes)


def _matmul(draw: st.DrawFn, x: Shape) -> Applied:
    attrs = MatmulAttrs(draw(st.booleans()), draw(st.booleans()))
    batches = _broadcast(draw, x[:-2])
    first = draw(st.booleans())
    turned, own = (attrs.adj_y, attrs.adj_x) if first else (attrs.adj_x, attrs.adj_y)
    # The dimension along which the sum runs, and that of the other operand's own.
    depth = x[-2] if own == first else x[-1]
    other = draw(st.integers(1, 7))
    matrix = (other, depth) if turned == first else (depth, other)
    shape = (*batches, *matrix)
    if first and draw(st.booleans()):
        return Applied(attrs, (shape,))
    leading = draw(st.integers(0, len(shape) - 2))
    return Applied(attrs, (), (shape[leading:],), constants_first=not first)


def _unary(attributes: st.SearchStrategy[Attrs]) -> Strategy:
    return Strategy(arrays, lambda draw, x: Applied(draw(attributes)))


def _binary(attributes: st.SearchStrategy[Attrs]) -> Strategy:
    def apply(draw: st.DrawFn, x: Shape) -> Applied:
        attrs, shape = draw(attributes), _broadcast(draw, x)
        if not draw(st.booleans()):
            return Applied(attrs, (shape,))
        leading = draw(st.integers(0, len(shape) - 1))
        return Applied(attrs, (), (shape[leading:],), constants_first=draw(st.booleans()))

    return Strategy(arrays, apply)


def _logic(draw: st.DrawFn, x: Shape) -> Applied:
    applied = _binary(st.just(NoAttrs())).apply(draw, x)
    return replace(applied, elements=(Element.BOOL,) * 2)


def _select(draw: st.DrawFn, x: Shape) -> Applied:
    """The first input is the condition; of the values one or none is a constant."""
    first = _broadcast(draw, x)
    second = _broadcast(draw, np.broadcast_shapes(x, first))
    attrs, elements = NoAttrs(), (Element.BOOL,)
    if draw(st.booleans()):
        return Applied(attrs, (first,), (second,), elements=elements)
    return Applied(attrs, (first, second), elements=elements)


def _position(draw: st.DrawFn, x: Shape) -> Applied:
    return Applied(PositionAttrs(draw(st.integers(1, len(x) - 1))))


def _cast(draw: st.DrawFn, x: Shape) -> Applied:
    real, whole, truth = Element.REAL, Element.INT32, Element.BOOL
    source, result = draw(
        st.sampled_from([(real, whole), (whole, real), (truth, real), (truth, whole)])
    )
    return Applied(CastAttrs(result), elements=(source,))


def _of_any(apply: Apply) -> Apply:
    """Of operators that move integers and truth values, too."""

    def applied(draw: st.DrawFn, x: Shape) -> Applied:
        found = apply(draw, x)
        element = draw(st.sampled_from([Element.REAL, Element.REAL, Element.INT32, Element.BOOL]))
        count = 1 + len(found.activations) + len(found.constants)
        return replace(found, elements=(element,) * count)

    return applied


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


def _resize(draw: st.DrawFn, x: Shape) -> Applied:
    size = draw(st.tuples(st.integers(1, 12), st.integers(1, 12)))
    mode = draw(st.sampled_from([(False, False), (True, False), (False, True)]))
    return Applied(ResizeAttrs(size, *mode))


def _softmax(draw: st.DrawFn, x: Shape) -> Applied:
    return Applied(SoftmaxAttrs(draw(_singles(0.125, 3.0))))


def _singles(low: float, high: float) -> st.SearchStrategy[float]:
    """float32, as flatbuffers hold them."""
    return st.floats(low, high, width=32, allow_subnormal=False)


with_ones = st.lists(st.integers(1, 2), min_size=1, max_size=3).map(lambda sizes: (1, *sizes, 1))
_IMAGE, _ROWS = range(4, 5), range(2, 6)
BY_ATTRIBUTES: dict[type[Attrs], Strategy] = {
    ConvAttrs: Strategy(images, _conv, _IMAGE),
    DepthwiseConvAttrs: Strategy(images, _depthwise, _IMAGE),
    TransposeConvAttrs: Strategy(few_images, _transpose_conv, _IMAGE),
    FullyConnectedAttrs: Strategy(rows, _fully_connected, _ROWS),
    MatmulAttrs: Strategy(_matrices(), _matmul, range(3, 6)),
    PoolAttrs: Strategy(images, _pool, _IMAGE),
    MeanAttrs: Strategy(rows, _mean, _ROWS),
    PadAttrs: Strategy(few_rows, pad, _ROWS),
    ConcatAttrs: Strategy(few_rows, _of_any(concatenation), _ROWS),
    ReshapeAttrs: Strategy(arrays, _of_any(reshape)),
    TransposeAttrs: Strategy(few_rows, transpose),
    # TFLite Micro slices four dimensions at most.
    StridedSliceAttrs: Strategy(
        few_rows.filter(lambda shape: len(shape) < 5), _of_any(strided_slice), range(1, 5)
    ),
    MirrorPadAttrs: Strategy(few_rows, mirror_pad, _ROWS),
    GatherAttrs: Strategy(few_rows, gather, _ROWS),
    BroadcastAttrs: Strategy(few_rows, broadcast_to, _ROWS),
    UpdateAttrs: Strategy(few_rows, update, _ROWS),
    ResizeAttrs: Strategy(images, _resize, _IMAGE),
    SoftmaxAttrs: Strategy(rows, _softmax, _ROWS),
    PositionAttrs: Strategy(rows, _position, _ROWS),
    CastAttrs: Strategy(arrays, _cast),
}
"""How operators are drawn whose shapes hang together with their attributes."""
ELEMENTWISE: dict[type[Attrs], st.SearchStrategy[Attrs]] = {
    NoAttrs: st.just(NoAttrs()),
    BinaryAttrs: st.builds(BinaryAttrs, activations),
    LeakyReluAttrs: st.builds(LeakyReluAttrs, _singles(-2.0, 2.0)),
    GeluAttrs: st.builds(GeluAttrs, st.booleans()),
    ClipAttrs: st.builds(ClipAttrs, _singles(-4.0, 0.0), _singles(0.125, 6.0))
    | st.builds(ClipAttrs, low=_singles(-1.0, 2.0))
    | st.builds(ClipAttrs, high=_singles(-1.0, 2.0)),
}
"""Attributes that have nothing to do with shapes."""
BY_SHAPE_RULE: dict[Callable[..., Shape], Callable[[st.SearchStrategy[Attrs]], Strategy]] = {
    RELU.shape: _unary,
    QUANTIZE.shape: _unary,
    ADD.shape: _binary,
}
"""How operators with such attributes are drawn: all of a family share its rule."""
BY_OPERATOR: dict[AnyOperator, Strategy] = {
    # It reads the value, where PAD, of the same attributes, puts zeros.
    PADV2: Strategy(few_rows, pad_with, _ROWS),
    # It drops dimensions, where RESHAPE, of the same attributes, changes them.
    SQUEEZE: Strategy(with_ones, _of_any(squeeze), _ROWS),
    # It needs a row.
    LOG_SOFTMAX: Strategy(rows, lambda draw, x: Applied(NoAttrs()), _ROWS),
    # Of a constant, each input row is a tuple of up to five indices.
    GATHER_ND: Strategy(few_rows, gather_nd, _ROWS),
    # They read truth values.
    LOGICAL_AND: Strategy(arrays, _logic),
    LOGICAL_OR: Strategy(arrays, _logic),
    LOGICAL_NOT: Strategy(arrays, lambda draw, x: Applied(NoAttrs(), elements=(Element.BOOL,))),
    SELECT_V2: Strategy(arrays, _select),
    REDUCE_ALL: Strategy(
        rows, lambda draw, x: replace(_mean(draw, x), elements=(Element.BOOL,)), _ROWS
    ),
    # TFLite Micro takes four dimensions at most.
    L2_NORMALIZATION: Strategy(
        arrays.filter(lambda shape: len(shape) < 5),
        lambda draw, x: Applied(NoAttrs()),
        range(1, 5),
    ),
}
"""Operators that differ from others of their family."""


def _strategy(operator: AnyOperator) -> Strategy | None:
    if operator in BY_OPERATOR:
        return BY_OPERATOR[operator]
    if operator.attrs in ELEMENTWISE and operator.shape in BY_SHAPE_RULE:
        return BY_SHAPE_RULE[operator.shape](ELEMENTWISE[operator.attrs])
    return BY_ATTRIBUTES.get(operator.attrs)


_FOUND = {operator: _strategy(operator) for operator in OPERATORS}
_IN_INTEGERS = NoForm("its numbers are drawn as integers: see recurrent_models")
STRATEGIES: Table[Strategy] = Table(
    "Hypothesis strategy",
    {
        **{o: s for o, s in _FOUND.items() if s is not None},
        **{operator: _IN_INTEGERS for operator in OPERATORS if operator.kept},
    },
)
"""Operator → how it is drawn."""
