"""Padding with something else than zeros: PADV2, MIRROR_PAD."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Never

import numpy as np
import numpy.typing as npt

from mcuq.ops.attrs import Attrs
from mcuq.ops.movement import PadAttrs, PadParams, padded_shape
from mcuq.ops.operand import Array, Operand
from mcuq.ops.operator import (
    NO_DYNAMIC,
    Backward,
    IntegerForm,
    NoForm,
    Operator,
    OutputScale,
    QuantizedOp,
    RangeGuard,
    Shape,
    Values,
    always,
)
from mcuq.ops.picking import picked, returned
from mcuq.ops.window import Pair


@dataclass(frozen=True)
class MirrorPadAttrs(Attrs):
    """MIRROR_PAD; one (before, after) pair per dimension.

    Attributes:
        paddings: how many elements are mirrored.
        edge: whether those at the edge are repeated (SYMMETRIC) or not (REFLECT).
    """

    paddings: tuple[Pair, ...]
    edge: bool

    def indices(self, shape: Shape) -> list[npt.NDArray[np.intp]]:
        """The element of each dimension that every place of the result shows."""
        mode: Literal["symmetric", "reflect"] = "symmetric" if self.edge else "reflect"
        return [
            np.pad(np.arange(size), pair, mode=mode)
            for size, pair in zip(shape, self.paddings, strict=True)
        ]


@dataclass(frozen=True)
class MirrorPadParams:
    """MIRROR_PAD: see `MirrorPadAttrs`."""

    paddings: tuple[Pair, ...]
    edge: bool


def _filled_shape(attrs: PadAttrs, inputs: Sequence[Shape]) -> Shape:
    if math.prod(inputs[1]) != 1:
        raise ValueError(f"the value to pad with has the shape {inputs[1]}")
    return padded_shape(attrs.paddings, inputs[0])


def _mirrored_shape(attrs: MirrorPadAttrs, inputs: Sequence[Shape]) -> Shape:
    shape = padded_shape(attrs.paddings, inputs[0])
    for size, pair in zip(inputs[0], attrs.paddings, strict=True):
        if max(pair) > size - (not attrs.edge):
            raise ValueError(f"{max(pair)} elements cannot be mirrored of {size}")
    return shape


def _float_pad(attrs: PadAttrs, operands: list[Operand]) -> Array:
    x, value = (operand.values for operand in operands)
    return np.pad(x, ((0, 0), *attrs.paddings), constant_values=value.item())


def _pad_gradient(attrs: PadAttrs, xs: list[Values], shape: Shape) -> tuple[Values, Backward]:
    x, value = xs
    paddings = ((0, 0), *attrs.paddings)
    inside = tuple(slice(b, b + n) for (b, _), n in zip(paddings, x.shape, strict=True))
    result = np.empty((len(x), *shape), x.dtype)
    result[...] = value.reshape(-1, *(1,) * len(shape))
    result[inside] = x

    def backward(g: Values) -> list[Values]:
        axes = tuple(range(1, g.ndim))
        return [g[inside], (g.sum(axes) - g[inside].sum(axes)).reshape(value.shape)]

    return result, backward


def _pad_params(op: QuantizedOp[PadAttrs]) -> PadParams:
    return PadParams(op.attrs.paddings, int(op.constant(1).item()))


def _pad(op: QuantizedOp[PadAttrs], params: PadParams, inputs: list[Values]) -> Values:
    return np.pad(inputs[0], ((0, 0), *params.paddings), constant_values=params.value)


def _float_mirror(attrs: MirrorPadAttrs, operands: list[Operand]) -> Array:
    return _mirrored(attrs, operands[0].values)


def _mirrored(attrs: MirrorPadAttrs, x: Values) -> Values:
    for axis, indices in enumerate(attrs.indices(x.shape[1:]), 1):
        x = picked(x, indices, axis)
    return x


def _mirror_gradient(
    attrs: MirrorPadAttrs, xs: list[Values], shape: Shape
) -> tuple[Values, Backward]:
    (x,) = xs
    chosen = attrs.indices(x.shape[1:])

    def backward(g: Values) -> list[Values]:
        for axis, indices in enumerate(chosen, 1):
            g = returned(g, indices, axis, x.shape[axis])
        return [g]

    return _mirrored(attrs, x), backward


_FILLED_FORM = IntegerForm(_pad_params, _pad, always)
PADV2 = Operator(
    name="PADV2",
    attrs=PadAttrs,
    shape=_filled_shape,
    float_form=_float_pad,
    gradient=_pad_gradient,
    scale=OutputScale(joined=True, moves=True),
    guard=RangeGuard("values are moved, none is computed"),
    int8=_FILLED_FORM,
    int16=_FILLED_FORM,
    dynamic=NO_DYNAMIC,
)
MIRROR_PAD: Operator[MirrorPadAttrs, MirrorPadParams, Never] = Operator(
    name="MIRROR_PAD",
    attrs=MirrorPadAttrs,
    shape=_mirrored_shape,
    float_form=_float_mirror,
    gradient=_mirror_gradient,
    scale=OutputScale(same=True, moves=True),
    guard=RangeGuard("values are moved, none is computed"),
    int8=IntegerForm[MirrorPadAttrs, MirrorPadParams](
        lambda op: MirrorPadParams(op.attrs.paddings, op.attrs.edge),
        lambda op, params, inputs: np.ascontiguousarray(_mirrored(op.attrs, inputs[0])),
        always,
    ),
    int16=NoForm("slices and a concatenation say the same with 16-bit activations"),
    dynamic=NO_DYNAMIC,
)
