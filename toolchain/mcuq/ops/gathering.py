"""GATHER: elements of one axis by their indices, which may be computed.

An index outside of the axis takes its first or last element: nothing else is ever read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Never

import numpy as np

from mcuq.ops.attrs import Attrs
from mcuq.ops.elements import indexed
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
from mcuq.ops.shapes import check_axes


@dataclass(frozen=True)
class GatherAttrs(Attrs):
    """Along non-negative `axis`, which the shape of the indices replaces.

    Attributes:
        axis: of the first operand.
        batch_dims: how many leading dimensions, each 1, both operands share: at least one where
            both are computed, so that each sample has indices of its own.
    """

    axis: int
    batch_dims: int = 0


@dataclass(frozen=True)
class GatherParams:
    """Along `axis`."""

    axis: int


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
    source, indices = inputs
    check_axes((attrs.axis,), source)
    shared, axis = attrs.batch_dims, attrs.axis
    if not source[:shared] == indices[:shared] == (1,) * shared or shared > axis:
        raise ValueError(f"{source} and {indices} share no {shared} dimensions before axis {axis}")
    return (*source[:axis], *indices[shared:], *source[axis + 1 :])


def _gathered(attrs: GatherAttrs, x: Values, indices: Values) -> Values:
    """(N, …) of (N or 1, *shape) by (N or 1, *indices)."""
    axis = attrs.axis
    indices = indices.reshape(len(indices), *indices.shape[1 + attrs.batch_dims :])
    known = np.clip(indices.astype(np.intp), 0, x.shape[1 + axis] - 1)
    if len(known) == 1:
        taken: Values = np.take(x, known[0], axis=1 + axis)
    elif len(x) == 1:
        taken = np.moveaxis(np.take(x[0], known, axis=axis), axis, 0)
    else:
        pairs = zip(x, known, strict=True)
        taken = np.stack([np.take(one, index, axis=axis) for one, index in pairs])
    return taken


def _float_gather(attrs: GatherAttrs, operands: list[Operand]) -> Array:
    x, indices = (each.values[None] if each.constant else each.values for each in operands)
    return _gathered(attrs, x, indices)


def _gather_gradient(attrs: GatherAttrs, xs: list[Values], shape: Shape) -> tuple[Values, Backward]:
    x, indices = xs
    axis, known = attrs.axis, np.clip(indices.astype(np.intp), 0, x.shape[1 + attrs.axis] - 1)

    def backward(g: Values) -> list[Values]:
        """An element that was taken several times gets the sum."""
        whole = np.zeros(x.shape, g.dtype)
        places = np.broadcast_to(known, (len(g), *known.shape[1:])).reshape(len(g), -1)
        flat = g.reshape(len(g), *x.shape[1 : 1 + axis], -1, *x.shape[2 + axis :])
        for sample, (place, part) in enumerate(zip(places, flat, strict=True)):
            target = np.moveaxis(whole[sample if len(x) > 1 else 0], axis, 0)
            np.add.at(target, place, np.moveaxis(part, axis, 0))
        return [whole, np.zeros(indices.shape, g.dtype)]

    return _gathered(attrs, x, indices), backward


def _run(op: QuantizedOp[GatherAttrs], params: GatherParams, inputs: list[Values]) -> Values:
    return _gathered(op.attrs, inputs[0], inputs[1])


GATHER: Operator[GatherAttrs, GatherParams, Never] = Operator(
    name="GATHER",
    attrs=GatherAttrs,
    shape=_gathered_shape,
    float_form=_float_gather,
    gradient=_gather_gradient,
    scale=OutputScale(same=True, moves=True),
    guard=RangeGuard("values are selected, none is computed"),
    int8=IntegerForm(lambda op: GatherParams(op.attrs.axis), _run, always),
    int16=NoForm("slices and a concatenation say the same with 16-bit activations"),
    dynamic=NO_DYNAMIC,
    element=indexed,
)
