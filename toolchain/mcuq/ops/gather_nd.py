"""GATHER_ND: elements of the first dimensions together, by tuples of indices that are computed.

A tuple names a place in the order of memory, as in TensorFlow Lite Micro, which checks nothing
else: one index may lie outside of its dimension where the place does not. Where TensorFlow Lite
Micro stops, the nearest element is taken: nothing else is ever read.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Never

import numpy as np
import numpy.typing as npt

from mcuq.ops.attrs import NoAttrs
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


@dataclass(frozen=True)
class GatherNdParams:
    """Attributes:
    strides: elements from one index of each dimension to the next.
    elements: how many there are, each of `row` values.
    row: values.
    """

    strides: tuple[int, ...]
    elements: int
    row: int

    @staticmethod
    def of(source: Shape, depth: int) -> GatherNdParams:
        """Of a source whose first `depth` dimensions are indexed."""
        strides = tuple(math.prod(source[axis + 1 : depth]) for axis in range(depth))
        return GatherNdParams(strides, math.prod(source[:depth]), math.prod(source[depth:]))

    def numbers(self, indices: Values) -> npt.NDArray[np.int32]:
        """Tuples (…, depth) → the elements that they name: sums modulo 2^32."""
        places: npt.NDArray[np.int64] = (
            indices.astype(np.int64) * np.array(self.strides, np.int64)
        ).sum(axis=-1)
        return np.clip(places.astype(np.int32), 0, np.int32(self.elements - 1))


def _gathered_shape(attrs: NoAttrs, inputs: Sequence[Shape]) -> Shape:
    source, indices = inputs
    if not indices or not 0 < indices[-1] <= len(source):
        raise ValueError(f"indices of shape {indices} into {source}")
    return (*indices[:-1], *source[indices[-1] :])


def _gathered(x: Values, indices: Values) -> Values:
    """(N or 1, *shape) by (N or 1, …, depth)."""
    depth, samples = indices.shape[-1], max(len(x), len(indices))
    params = GatherNdParams.of(x.shape[1:], depth)
    elements = x.reshape(len(x), params.elements, params.row)
    numbers = params.numbers(indices).reshape(len(indices), -1)
    taken = elements[np.arange(len(x))[:, None], numbers]
    return taken.reshape(samples, *indices.shape[1:-1], *x.shape[1 + depth :])


def _float_gather(attrs: NoAttrs, operands: list[Operand]) -> Array:
    x, indices = (each.values[None] if each.constant else each.values for each in operands)
    return _gathered(x, indices)


def _gather_gradient(attrs: NoAttrs, xs: list[Values], shape: Shape) -> tuple[Values, Backward]:
    x, indices = xs
    params = GatherNdParams.of(x.shape[1:], indices.shape[-1])

    def backward(g: Values) -> list[Values]:
        """An element that was taken several times gets the sum."""
        whole = np.zeros((len(x), params.elements, params.row), g.dtype)
        numbers = params.numbers(indices).reshape(len(indices), -1)
        samples = np.arange(len(g))[:, None] if len(x) > 1 else np.zeros((1, 1), np.intp)
        places = np.broadcast_arrays(samples, numbers, np.zeros((len(g), 1)))
        np.add.at(whole, (places[0], places[1]), g.reshape(len(g), -1, params.row))
        return [whole.reshape(x.shape), np.zeros(indices.shape, g.dtype)]

    return _gathered(x, indices), backward


def _params(op: QuantizedOp[NoAttrs]) -> GatherNdParams:
    return GatherNdParams.of(op.inputs[0].shape, op.inputs[1].shape[-1])


def _run(op: QuantizedOp[NoAttrs], params: GatherNdParams, inputs: list[Values]) -> Values:
    return _gathered(inputs[0], inputs[1])


GATHER_ND: Operator[NoAttrs, GatherNdParams, Never] = Operator(
    name="GATHER_ND",
    attrs=NoAttrs,
    shape=_gathered_shape,
    float_form=_float_gather,
    gradient=_gather_gradient,
    scale=OutputScale(same=True, moves=True),
    guard=RangeGuard("values are selected, none is computed"),
    int8=IntegerForm(_params, _run, always),
    int16=NoForm("use 8-bit activations: TensorFlow Lite Micro takes computed places of int8 only"),
    dynamic=NO_DYNAMIC,
    element=indexed,
)
