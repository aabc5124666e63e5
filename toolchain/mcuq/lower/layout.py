"""Index arithmetic of the kernels' six-dimensional walks."""

from __future__ import annotations

from collections.abc import Sequence

from mcuq.errors import InputError
from mcuq.graph import Op
from mcuq.lower.program import InputOverlap
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.quantized.qgraph import QuantizedGraph

MAX_RANK = 6
"""MCUQ_MAX_RANK of mcuq_kernels.h."""


def suffixed(function: str, tensor: QuantizedTensor) -> str:
    """The form of a kernel for a tensor's type: `mcuq_copy` becomes `mcuq_copy_s8` or `_s16`."""
    return f"{function}_s{tensor.bits}"


def dense_strides(shape: Sequence[int]) -> tuple[int, ...]:
    """Element strides of a dense tensor in C order."""
    strides, step = [], 1
    for extent in reversed(shape):
        strides.append(step)
        step *= extent
    return tuple(reversed(strides))


def broadcast_strides(shape: Sequence[int], result: Sequence[int]) -> tuple[int, ...]:
    """Strides of an operand for the index of a NumPy-broadcast result; 0 where it repeats."""
    aligned = (1,) * (len(result) - len(shape)) + tuple(shape)
    return tuple(
        0 if extent == 1 else stride
        for extent, stride in zip(aligned, dense_strides(aligned), strict=True)
    )


def to_rank(values: Sequence[int], fill: int, op: Op) -> tuple[int, ...]:
    """`values` with `fill` in front, up to MAX_RANK.

    Raises:
        InputError: more than six dimensions.
    """
    if len(values) > MAX_RANK:
        raise InputError(
            f"{op.kind} '{op.name}' has {len(values)} dimensions, the kernels know {MAX_RANK}",
            "merge dimensions with RESHAPE before it",
        )
    return (fill,) * (MAX_RANK - len(values)) + tuple(values)


def in_place(qgraph: QuantizedGraph, op: Op) -> tuple[InputOverlap, ...]:
    """Each element is read before its result is written, in ascending order: the output may lie
    over an operand of its own size, at the same address or below."""
    size = qgraph.tensors[op.output].nbytes
    return tuple(
        InputOverlap(name, ascending=size)
        for name in dict.fromkeys(op.inputs)
        if qgraph.tensors[name].nbytes == size and not qgraph.tensors[name].is_constant
    )
