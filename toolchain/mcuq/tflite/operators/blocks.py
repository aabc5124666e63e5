"""DEPTH_TO_SPACE, SPACE_TO_DEPTH, SPACE_TO_BATCH_ND, BATCH_TO_SPACE_ND: blocks of an image are
moved by one TRANSPOSE between two RESHAPEs, which cost nothing."""

from __future__ import annotations

import math
from enum import IntEnum
from typing import Any

import numpy as np

from mcuq.graph import MAX_DIMENSIONS
from mcuq.ops.movement import (
    PAD,
    RESHAPE,
    TRANSPOSE,
    PadAttrs,
    ReshapeAttrs,
    TransposeAttrs,
    padded_shape,
)
from mcuq.ops.shapes import collapsed
from mcuq.ops.slicing import STRIDED_SLICE, StridedSliceAttrs
from mcuq.tflite.operators.common import constant_operands, requiring
from mcuq.tflite.operators.form import Rule, Step
from mcuq.tflite.operators.view import OpView

Shape = tuple[int, ...]
Pairs = tuple[tuple[int, int], ...]


class BlockSize(IntEnum):
    """DepthToSpaceOptions and SpaceToDepthOptions alike."""

    SIZE = 0


def image_of_blocks(op: OpView) -> str | None:
    """An image of four dimensions is cut into whole blocks.

    The file is damaged: export it again.
    """
    shape, size = op.shape(0), op.int32(BlockSize.SIZE)
    if len(shape) != 4 or size < 1:
        return f"blocks of {size} of {shape}"
    whole = shape[3] % size**2 if op.kind == "DEPTH_TO_SPACE" else shape[1] % size + shape[2] % size
    return f"blocks of {size} of {shape}" if whole else None


def whole_blocks(op: OpView) -> str | None:
    """Blocks and their edges fit the dimensions that are spread over the batch, or taken from it.

    The file is damaged: export it again.
    """
    shape, block, pairs = op.shape(0), op.integers(1), op.integers(2)
    found = f"blocks of {block} and edges of {pairs} of {shape}"
    if not 0 < len(block) < len(shape) or len(pairs) != 2 * len(block):
        return found
    if min(block) < 1 or min(pairs) < 0:
        return found
    if op.kind == "BATCH_TO_SPACE_ND":
        sizes = [
            n * b - sum(pair) for n, b, pair in zip(shape[1:], block, _pairs(op), strict=False)
        ]
        return found if shape[0] % math.prod(block) or min(sizes) < 1 else None
    rest = [(n + sum(pair)) % b for n, b, pair in zip(shape[1:], block, _pairs(op), strict=False)]
    return found if any(rest) else None


def _pairs(op: OpView) -> Pairs:
    return tuple((int(a), int(b)) for a, b in np.reshape(op.integers(2), (-1, 2)))


def _moved(split: Shape, perm: Shape, result: Shape, source: int, next_: int) -> tuple[Step, ...]:
    """The operand `source`, seen as `split`, with its dimensions permuted, seen as `result`.

    `next_` is the number of the first step's result. The batch stays where there is room for it.
    """
    shape, order = collapsed(split, perm)
    if order == tuple(range(len(order))):
        return (Step(RESHAPE, ReshapeAttrs(result), (source,)),)
    if len(shape) < MAX_DIMENSIONS:
        shape, order = (1, *shape), (0, *(1 + axis for axis in order))
    return (
        Step(RESHAPE, ReshapeAttrs(shape), (source,)),
        Step(TRANSPOSE, TransposeAttrs(order), (next_,)),
        Step(RESHAPE, ReshapeAttrs(result), (next_ + 1,)),
    )


def _depth_to_space(op: OpView) -> tuple[Step, ...]:
    (n, height, width, depth), size = op.shape(0), op.int32(BlockSize.SIZE)
    channels = depth // size**2
    split = (n, height, width, size, size, channels)
    result = (n, height * size, width * size, channels)
    return _moved(split, (0, 1, 3, 2, 4, 5), result, 0, len(op.operands))


def _space_to_depth(op: OpView) -> tuple[Step, ...]:
    (n, height, width, channels), size = op.shape(0), op.int32(BlockSize.SIZE)
    rows, columns = height // size, width // size
    split = (n, rows, size, columns, size, channels)
    result = (n, rows, columns, channels * size**2)
    return _moved(split, (0, 1, 3, 2, 4, 5), result, 0, len(op.operands))


def _space_to_batch(op: OpView) -> tuple[Step, ...]:
    """Blocks are spread over the batch, behind a PAD."""
    block, shape = op.integers(1), op.shape(0)
    axes, rest = len(block), shape[1 + len(block) :]
    paddings = ((0, 0), *_pairs(op), *((0, 0) for _ in rest))
    steps: tuple[Step, ...] = ()
    if any(map(any, paddings)):
        steps = (Step(PAD, PadAttrs(paddings), (0,)),)
    sizes = padded_shape(paddings, shape)[1 : 1 + axes]
    parts = [n // b for n, b in zip(sizes, block, strict=True)]
    split = (shape[0], *(n for pair in zip(parts, block, strict=True) for n in pair), *rest)
    spread, kept = range(2, 2 * axes + 1, 2), range(1, 2 * axes, 2)
    perm = (*spread, 0, *kept, *range(1 + 2 * axes, len(split)))
    result = (shape[0] * math.prod(block), *parts, *rest)
    count = len(op.operands)
    source = count if steps else 0
    return (*steps, *_moved(split, perm, result, source, count + len(steps)))


def _batch_to_space(op: OpView) -> tuple[Step, ...]:
    """Blocks are put together again, in front of a crop."""
    block, shape = op.integers(1), op.shape(0)
    axes, batch = len(block), shape[0] // math.prod(block)
    sizes, rest = shape[1 : 1 + axes], shape[1 + axes :]
    split = (*block, batch, *sizes, *rest)
    pairs = [axis for i in range(axes) for axis in (axes + 1 + i, i)]
    perm = (axes, *pairs, *range(1 + 2 * axes, len(split)))
    result = (batch, *(n * b for n, b in zip(sizes, block, strict=True)), *rest)
    count = len(op.operands)
    steps = _moved(split, perm, result, 0, count)
    crops = ((0, 0), *_pairs(op), *((0, 0) for _ in rest))
    if not any(map(any, crops)):
        return steps
    begin = tuple(before for before, _ in crops)
    end = tuple(n - after for n, (_, after) in zip(result, crops, strict=True))
    bounds = StridedSliceAttrs(begin, end, (1,) * len(result))
    return (*steps, Step(STRIDED_SLICE, bounds, (count + len(steps) - 1,)))


def _none(op: OpView) -> TransposeAttrs:
    """Of operators that are several here: nobody asks for attributes of one."""
    raise AssertionError(op.kind)


_ENDS = requiring(constant_operands(1, 2), whole_blocks)
FURTHER_RULES: dict[str, Rule[Any]] = {
    "DEPTH_TO_SPACE": Rule(
        TRANSPOSE,
        "DepthToSpaceOptions",
        _none,
        requiring(image_of_blocks),
        steps=_depth_to_space,
    ),
    "SPACE_TO_DEPTH": Rule(
        TRANSPOSE,
        "SpaceToDepthOptions",
        _none,
        requiring(image_of_blocks),
        steps=_space_to_depth,
    ),
    "SPACE_TO_BATCH_ND": Rule(
        TRANSPOSE,
        "SpaceToBatchNDOptions",
        _none,
        _ENDS,
        required=3,
        steps=_space_to_batch,
    ),
    "BATCH_TO_SPACE_ND": Rule(
        TRANSPOSE,
        "BatchToSpaceNDOptions",
        _none,
        _ENDS,
        required=3,
        steps=_batch_to_space,
    ),
}
