"""Operators that one node is spelled out as, written the way that formulas are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from mcuq.importers.builder import GraphBuilder
from mcuq.importers.onnx.layout import arranged, plain, result
from mcuq.importers.onnx.rules.elementwise import binary, broadcast, part, unary
from mcuq.importers.onnx.value import Node, NodeValue, Order
from mcuq.ops.attrs import Attrs
from mcuq.ops.mean import MEAN, MeanAttrs
from mcuq.ops.movement import CONCATENATION, RESHAPE, ConcatAttrs, ReshapeAttrs
from mcuq.ops.operator import AnyOperator
from mcuq.ops.selection import SELECT_V2
from mcuq.ops.slicing import STRIDED_SLICE, StridedSliceAttrs
from mcuq.ops.weighted import FULLY_CONNECTED
from mcuq.ops.weighted_params import FullyConnectedAttrs

Bounds = tuple[int, int, int]
"""Begin, end (-1 below a negative step: past the first element) and step."""
_SLICED = 4
"""Dimensions of a STRIDED_SLICE."""


@dataclass(frozen=True)
class Steps:
    """The graph under construction, and the node that is spelled out.

    Operands may be constants; what is made of constants alone is a constant. The step without a
    suffix has the node's own name.
    """

    build: GraphBuilder
    node: Node

    def __call__(
        self, kind: AnyOperator, *operands: NodeValue, suffix: str = "", attrs: Attrs | None = None
    ) -> NodeValue:
        """An elementwise operator of one value, or of two that broadcast.

        Args:
            attrs: of an operator of one value that has some.
        """
        named = self._named(suffix, *operands)
        if all(value.data is not None for value in operands):
            assert kind.formula is not None, kind.name
            data = kind.formula(np, *(value.data for value in operands))
            return constant(data)
        if len(operands) == 2:
            return binary(kind)(self.build, named)[0]
        if attrs is None:
            return unary(kind)(self.build, named)[0]
        x = operands[0]
        return result(self.build, self.build.op(kind, attrs, [x.name], named.name), x.order)

    def select(
        self, condition: NodeValue, first: NodeValue, second: NodeValue, suffix: str = ""
    ) -> NodeValue:
        """The first value where the condition holds, else the second; they broadcast."""
        named = self._named(suffix, condition, first, second)
        return broadcast(self.build, named, SELECT_V2, [condition, first, second])

    def mean(
        self, x: NodeValue, axes: Sequence[int], suffix: str = "", *, keep: bool = True
    ) -> NodeValue:
        """The mean over `axes`; they stay as dimensions of 1, or go."""
        positions = tuple(sorted(x.position(axis) for axis in axes))
        name = self.build.op(MEAN, MeanAttrs(positions, keep), [x.name], self.name(suffix))
        return result(self.build, name, order_left(x, () if keep else axes))

    def reshape(self, x: NodeValue, shape: Sequence[int], suffix: str = "") -> NodeValue:
        """The value in ONNX's own order, in another shape."""
        if x.data is not None:
            return constant(x.data.reshape(tuple(shape)))
        attrs = ReshapeAttrs(tuple(shape))
        name = self.build.op(RESHAPE, attrs, [plain(self.build, x)], self.name(suffix))
        return result(self.build, name, tuple(range(len(shape))))

    def transpose(self, x: NodeValue, perm: Sequence[int]) -> NodeValue:
        """Nothing moves: the same tensor is known under another order."""
        shape = tuple(x.shape[axis] for axis in perm)
        if x.data is not None:
            return constant(x.data.transpose(perm))
        order = tuple(tuple(perm).index(axis) for axis in x.order)
        return replace(x, shape=shape, order=order)

    def slice(self, x: NodeValue, bounds: dict[int, Bounds], suffix: str = "") -> NodeValue:
        """A part of the value, by ONNX's axis; axes that are not named stay whole."""
        stored = [bounds.get(axis, (0, x.shape[axis], 1)) for axis in x.order]
        name = _sliced(self.build, x.name, stored, self.name(suffix))
        return result(self.build, name, x.order)

    def rows(self, x: NodeValue, axis: int, start: int, size: int, suffix: str = "") -> NodeValue:
        """`size` elements along `axis` from `start` on."""
        return self.slice(x, {axis: (start, start + size, 1)}, suffix)

    def concat(self, values: Sequence[NodeValue], axis: int, suffix: str = "") -> NodeValue:
        """Values one behind the other; at least one is computed."""
        if len(values) == 1:
            return values[0]
        order = next(value.order for value in values if value.data is None)
        names = [
            arranged(self.build, value, order)
            if value.data is None
            else self.build.constant(value.data.transpose(order), f"{self.node.name}/constant")
            for value in values
        ]
        attrs = ConcatAttrs(order.index(axis))
        name = self.build.op(CONCATENATION, attrs, names, self.name(suffix))
        return result(self.build, name, order)

    def constant(self, values: npt.NDArray[np.floating], suffix: str) -> str:
        """The tensor of a constant, for several operators to read."""
        return self.build.constant(values, self.name(suffix))

    def dense(self, x: NodeValue, filters: str, bias: str | None, suffix: str = "") -> NodeValue:
        """x × filtersᵀ + bias, over the last dimension of x in ONNX's own order.

        Args:
            filters: tensor of a constant (outputs, depth).
            bias: tensor of a constant (outputs,).
        """
        inputs = [plain(self.build, x), filters, *([bias] if bias else [])]
        attrs = FullyConnectedAttrs(keep_num_dims=x.rank > 2)
        name = self.build.op(FULLY_CONNECTED, attrs, inputs, self.name(suffix))
        return result(self.build, name, tuple(range(x.rank)))

    def _named(self, suffix: str, *operands: NodeValue) -> Node:
        if suffix:
            return part(self.node, suffix, *operands)
        return replace(self.node, inputs=operands)

    def name(self, suffix: str) -> str:
        """What a step is called."""
        return f"{self.node.name}/{suffix}" if suffix else self.node.name


def constant(values: npt.ArrayLike) -> NodeValue:
    """A value that is not computed."""
    data = np.asarray(values)
    return NodeValue(data.shape, data=data)


def order_left(x: NodeValue, dropped: Collection[int]) -> Order:
    """How a value is stored once it lacks some of ONNX's axes."""
    left = [axis for axis in range(x.rank) if axis not in dropped]
    return tuple(left.index(axis) for axis in x.order if axis not in dropped)


def _sliced(build: GraphBuilder, x: str, bounds: Sequence[Bounds], name: str) -> str:
    """Of more dimensions than the operator has, one axis after the other, beside the rest."""
    shape = build.shape(x)
    if len(shape) <= _SLICED:
        begin, end, strides = (tuple(column) for column in zip(*bounds, strict=True))
        return build.op(STRIDED_SLICE, StridedSliceAttrs(begin, end, strides), [x], name)
    for axis, bound in enumerate(bounds):
        shape = build.shape(x)
        if bound == (0, shape[axis], 1):
            continue
        before, behind = shape[:axis], shape[axis + 1 :]
        sizes = (1, int(np.prod(before)), shape[axis], int(np.prod(behind)))
        x = build.op(RESHAPE, ReshapeAttrs(sizes), [x], f"{name}/whole")
        whole = ((0, 1, 1), (0, sizes[1], 1), bound, (0, sizes[3], 1))
        x = _sliced(build, x, whole, name)
        x = build.op(RESHAPE, ReshapeAttrs((*before, build.shape(x)[2], *behind)), [x], name)
    return x
