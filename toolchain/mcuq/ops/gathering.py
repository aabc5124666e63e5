"""GATHER by indices that are known before the model runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Never

import numpy as np
import numpy.typing as npt

from mcuq.ops.attrs import Attrs
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
from mcuq.ops.shapes import check_axes


@dataclass(frozen=True)
class GatherAttrs(Attrs):
    """GATHER: the elements `indices` of non-negative `axis`, which `shape` replaces.

    Attributes:
        axis: along which elements are taken.
        indices: not negative, in C order of `shape`.
        shape: of the indices; () takes one element and drops the axis.
    """

    axis: int
    indices: tuple[int, ...]
    shape: tuple[int, ...]

    @property
    def array(self) -> npt.NDArray[np.int32]:
        """The indices in one dimension."""
        return np.array(self.indices, np.int32)

    @property
    def run(self) -> range | None:
        """The indices as equal steps, where they are: a slice takes the same elements."""
        return equal_steps(self.indices)


@dataclass(frozen=True)
class GatherParams:
    """GATHER: the elements taken of `axis`."""

    axis: int
    indices: tuple[int, ...]


def equal_steps(indices: Sequence[int]) -> range | None:
    """The range that gives these indices; None where there is none."""
    if not indices:
        return None
    step = indices[1] - indices[0] if len(indices) > 1 else 1
    if step == 0:
        return None
    run = range(indices[0], indices[-1] + (1 if step > 0 else -1), step)
    return run if list(run) == list(indices) else None


def _gathered_shape(attrs: GatherAttrs, inputs: Sequence[Shape]) -> Shape:
    source, axis = inputs[0], attrs.axis
    check_axes((axis,), source)
    if math.prod(attrs.shape) != len(attrs.indices):
        raise ValueError(f"{len(attrs.indices)} indices have the shape {attrs.shape}")
    wrong = [index for index in attrs.indices if not 0 <= index < source[axis]]
    if wrong:
        raise ValueError(f"index {wrong[0]} of axis {axis} with {source[axis]} elements")
    return (*source[:axis], *attrs.shape, *source[axis + 1 :])


def _gathered(attrs: GatherAttrs, x: Values) -> Values:
    taken = picked(x, attrs.array, 1 + attrs.axis)
    return taken.reshape(len(x), *_gathered_shape(attrs, [x.shape[1:]]))


def _float_gather(attrs: GatherAttrs, operands: list[Operand]) -> Array:
    return _gathered(attrs, operands[0].values)


def _gather_gradient(attrs: GatherAttrs, xs: list[Values], shape: Shape) -> tuple[Values, Backward]:
    (x,) = xs
    axis = 1 + attrs.axis

    def backward(g: Values) -> list[Values]:
        flat = g.reshape(*x.shape[:axis], len(attrs.indices), *x.shape[axis + 1 :])
        return [returned(flat, attrs.array, axis, x.shape[axis])]

    return _gathered(attrs, x), backward


def _gather_params(op: QuantizedOp[GatherAttrs]) -> GatherParams:
    return GatherParams(op.attrs.axis, op.attrs.indices)


GATHER: Operator[GatherAttrs, GatherParams, Never] = Operator(
    name="GATHER",
    attrs=GatherAttrs,
    shape=_gathered_shape,
    float_form=_float_gather,
    gradient=_gather_gradient,
    scale=OutputScale(same=True, moves=True),
    guard=RangeGuard("values are selected, none is computed"),
    int8=IntegerForm(
        _gather_params, lambda op, params, inputs: _gathered(op.attrs, inputs[0]), always
    ),
    int16=NoForm("slices and a concatenation say the same with 16-bit activations"),
    dynamic=NO_DYNAMIC,
)
