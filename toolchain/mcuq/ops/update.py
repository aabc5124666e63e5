"""DYNAMIC_UPDATE_SLICE: a part of a tensor replaced, at a place that may be computed.

A computed place from which the part would reach outside is moved to the nearest where it does not,
in each dimension, as TensorFlow Lite Micro does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mcuq.ops.attrs import Attrs
from mcuq.ops.elements import placed
from mcuq.ops.operand import Array, Operand
from mcuq.ops.operator import (
    NO_DYNAMIC,
    Backward,
    IntegerForm,
    Operator,
    OutputScale,
    QuantizedOp,
    RangeGuard,
    Shape,
    Values,
    always,
)


@dataclass(frozen=True)
class UpdateAttrs(Attrs):
    """DYNAMIC_UPDATE_SLICE: where the second operand goes in the first.

    Attributes:
        start: the first element that is replaced, per dimension; None where a third operand,
            int32 with one number a dimension, says so.
    """

    start: tuple[int, ...] | None = None

    @property
    def known(self) -> tuple[int, ...]:
        """The place of an operator that has it from the start."""
        assert self.start is not None
        return self.start


@dataclass(frozen=True)
class UpdateParams:
    """DYNAMIC_UPDATE_SLICE: `UpdateAttrs.start`."""

    start: tuple[int, ...] | None


def _updated_shape(attrs: UpdateAttrs, inputs: Sequence[Shape]) -> Shape:
    whole, size, *places = inputs
    if len(whole) != len(size) or any(n > total for n, total in zip(size, whole, strict=True)):
        raise ValueError(f"{size} is no part of {whole}")
    if attrs.start is None:
        if places != [(len(whole),)]:
            raise ValueError(f"a place of shape {places[0] if places else ()} in {whole}")
        return whole
    if len(attrs.start) != len(whole):
        raise ValueError(f"{size} at {attrs.start} does not match {len(whole)} dimensions")
    for first, count, total in zip(attrs.start, size, whole, strict=True):
        if first < 0 or first + count > total:
            raise ValueError(f"{size} at {attrs.start} lies outside {whole}")
    return whole


def _parts(
    attrs: UpdateAttrs, inputs: Sequence[Values], samples: int
) -> Iterator[tuple[slice, ...]]:
    """What is replaced in (samples, *shape): of all samples at once, or of each."""
    whole, update, *computed = inputs
    size, most = np.array(update.shape[1:]), np.array(whole.shape[1:])
    if not computed:
        yield slice(None), *(slice(s, s + n) for s, n in zip(attrs.known, size, strict=True))
        return
    starts = np.clip(computed[0].astype(np.int64), 0, most - size)
    for sample, start in enumerate(np.broadcast_to(starts, (samples, len(size)))):
        own = (slice(s, s + n) for s, n in zip(start, size, strict=True))
        yield slice(sample, sample + 1), *own


def _updated(attrs: UpdateAttrs, inputs: list[Values]) -> Values:
    """Constants have one sample: they are repeated for all."""
    whole, update = inputs[:2]
    samples = max(map(len, inputs))
    result = np.array(np.broadcast_to(whole, (samples, *whole.shape[1:])))
    every = np.broadcast_to(update, (samples, *update.shape[1:]))
    for part in _parts(attrs, inputs, samples):
        result[part] = every[part[0]]
    return result


def _float_update(attrs: UpdateAttrs, operands: list[Operand]) -> Array:
    return _updated(attrs, [operand.aligned(operand.rank) for operand in operands])


def _update_gradient(attrs: UpdateAttrs, xs: list[Values], shape: Shape) -> tuple[Values, Backward]:
    def backward(g: Values) -> list[Values]:
        whole, taken = g.copy(), []
        for part in _parts(attrs, xs, len(g)):
            taken.append(g[part])
            whole[part] = 0
        places = [np.zeros(x.shape, g.dtype) for x in xs[2:]]
        return [whole, np.concatenate(taken), *places]

    return _updated(attrs, xs), backward


def _integers(op: QuantizedOp[UpdateAttrs], params: UpdateParams, inputs: list[Values]) -> Values:
    return _updated(op.attrs, inputs)


_FORM = IntegerForm[UpdateAttrs, UpdateParams](
    lambda op: UpdateParams(op.attrs.start), _integers, always
)
DYNAMIC_UPDATE_SLICE = Operator(
    name="DYNAMIC_UPDATE_SLICE",
    attrs=UpdateAttrs,
    shape=_updated_shape,
    float_form=_float_update,
    gradient=_update_gradient,
    scale=OutputScale(joined=True, moves=True),
    guard=RangeGuard("values are moved, none is computed"),
    int8=_FORM,
    int16=_FORM,
    dynamic=NO_DYNAMIC,
    element=placed,
)
