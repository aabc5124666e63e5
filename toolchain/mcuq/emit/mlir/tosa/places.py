"""Elements taken from places, and put there, which may be computed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mcuq.emit.mlir.syntax import Integers, Number, TensorType, Value
from mcuq.emit.mlir.tosa.block import Block
from mcuq.emit.mlir.tosa.movement import joined
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.gather_nd import GatherNdParams
from mcuq.ops.gathering import GatherAttrs
from mcuq.ops.update import UpdateAttrs


def gather(block: Block, attrs: GatherAttrs, inputs: Sequence[Value], output: TensorType) -> Value:
    """tosa.gather of rows, between reshapes to the three dimensions that it has."""
    shape, axis = inputs[0].type.shape, attrs.axis
    outer, row = math.prod(shape[:axis]), math.prod(shape[axis + 1 :])
    count = math.prod(inputs[1].type.shape)
    rows = block.reshape(inputs[0], (outer, shape[axis], row))
    indices = block.reshape(inputs[1], (1, count))
    every = replace(indices.type, shape=(outer, count))
    indices = block.emit("tosa.tile", [indices], every, multiples=Integers((outer, 1)))
    return block.reshape(_taken(block, rows, indices), output.shape)


def _taken(block: Block, rows: Value, indices: Value) -> Value:
    """tosa.gather: rows (N, K, C) by indices (N, W)."""
    shape = (*indices.type.shape, rows.type.shape[2])
    return block.emit("tosa.gather", [rows, indices], replace(rows.type, shape=shape))


def gather_nd(block: Block, attrs: NoAttrs, inputs: Sequence[Value], output: TensorType) -> Value:
    """The number of each place, and tosa.gather of all elements in one row."""
    source, indices = inputs
    params = GatherNdParams.of(source.type.shape, indices.type.shape[-1])
    tuples = block.reshape(indices, (math.prod(indices.type.shape[:-1]), len(params.strides)))
    numbers = _clipped(block, _numbers(block, tuples, params.strides), (params.elements - 1,))
    elements = block.reshape(source, (1, params.elements, params.row))
    taken = _taken(block, elements, block.reshape(numbers, (1, numbers.type.shape[0])))
    return block.reshape(taken, output.shape)


def _numbers(block: Block, tuples: Value, strides: Sequence[int]) -> Value:
    """Indices (count, depth) → (count, 1) places in the order of memory."""
    steps = block.constant(np.array([strides], np.int32), "i32")
    scaled = block.binary("mul", tuples, steps)
    type_ = replace(tuples.type, shape=(tuples.type.shape[0], 1))
    return block.emit("tosa.reduce_sum", [scaled], type_, axis=Number(1, "i32"))


def _clipped(block: Block, rows: Value, most: Sequence[int]) -> Value:
    """Integers (count, n) between 0 and the n of `most`."""
    bounds = np.array([most], np.int32)
    for name, bound in (("maximum", np.zeros_like(bounds)), ("minimum", bounds)):
        rows = block.binary(name, rows, block.constant(bound, "i32"))
    return rows


def update(block: Block, attrs: UpdateAttrs, inputs: Sequence[Value], output: TensorType) -> Value:
    if attrs.start is None:
        return _computed_update(block, inputs, output)
    return _known_update(block, attrs.start, inputs, output)


def _known_update(
    block: Block, start: tuple[int, ...], inputs: Sequence[Value], output: TensorType
) -> Value:
    """From the last dimension on, what is beside the part that is replaced is put there."""
    whole, result = inputs
    shape, size = whole.type.shape, result.type.shape
    for axis in reversed(range(len(shape))):
        first, last = start[axis], start[axis] + size[axis]
        begin = [*start[:axis], 0, *(0 for _ in shape[axis + 1 :])]
        parts = [result]
        if first:
            before = (*size[:axis], first, *shape[axis + 1 :])
            parts.insert(0, block.slice(whole, begin, before))
        if last < shape[axis]:
            begin[axis] = last
            behind = (*size[:axis], shape[axis] - last, *shape[axis + 1 :])
            parts.append(block.slice(whole, begin, behind))
        if len(parts) > 1:
            result = joined(block, parts, axis)
    return block.reshape(result, output.shape) if result is inputs[1] else result


def _computed_update(block: Block, inputs: Sequence[Value], output: TensorType) -> Value:
    """tosa.gather of each element from both tensors in one row.

    Which one depends on where the element lies from the place on: in the part, or outside.
    """
    whole, part, place = inputs
    shape, size = whole.type.shape, part.type.shape
    count, rank = math.prod(shape), len(shape)
    most = [total - n for total, n in zip(shape, size, strict=True)]
    start = _clipped(block, block.reshape(place, (1, rank)), most)
    own = np.indices(shape, np.int32).reshape(rank, -1).T
    from_start = block.binary("sub", block.constant(own, "i32"), start)
    last = block.constant(np.array([size], np.int32) - 1, "i32")
    first = block.constant(np.zeros((1, rank), np.int32), "i32")
    after = block.binary("greater_equal", from_start, first, "i1")
    before = block.binary("greater_equal", last, from_start, "i1")
    each = block.binary("logical_and", after, before)
    type_ = replace(each.type, shape=(count, 1))
    inside = block.emit("tosa.reduce_all", [each], type_, axis=Number(1, "i32"))
    strides = GatherNdParams.of(size, rank).strides
    numbers = _numbers(block, from_start, strides)
    replaced = block.binary("add", numbers, block.constant(np.array([[count]], np.int32), "i32"))
    kept = block.constant(np.arange(count, dtype=np.int32)[:, None], "i32")
    chosen = block.emit("tosa.select", [inside, replaced, kept], kept.type)
    rows = [block.reshape(x, (1, math.prod(x.type.shape), 1)) for x in (whole, part)]
    taken = _taken(block, joined(block, rows, 1), block.reshape(chosen, (1, count)))
    return block.reshape(taken, output.shape)
