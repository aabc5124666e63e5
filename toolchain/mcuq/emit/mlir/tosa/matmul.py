"""BATCH_MATMUL, over floats."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mcuq.emit.mlir.syntax import Integers, TensorType, Value
from mcuq.emit.mlir.tosa.block import Block
from mcuq.emit.mlir.tosa.movement import transpose
from mcuq.ops.matmul import MatmulAttrs
from mcuq.ops.movement import TransposeAttrs


def batch_matmul(
    block: Block, attrs: MatmulAttrs, inputs: Sequence[Value], output: TensorType
) -> Value:
    """tosa.matmul of (batch, rows, depth) and (batch, depth, columns)."""
    batches = output.shape[:-2]
    a = _matrices(block, inputs[0], attrs.adj_x, batches)
    b = _matrices(block, inputs[1], attrs.adj_y, batches)
    flat = TensorType((a.type.shape[0], *output.shape[-2:]), output.element)
    result = block.emit("tosa.matmul", [a, b], flat)
    return result if flat == output else block.reshape(result, output.shape)


def _matrices(block: Block, value: Value, turned: bool, batches: tuple[int, ...]) -> Value:
    """Turned where they stand the other way round, repeated where they broadcast."""
    shape = value.type.shape
    if turned:
        last = len(shape) - 1
        perm = (*range(last - 1), last, last - 1)
        shape = (*shape[:-2], shape[-1], shape[-2])
        turn = TensorType(shape, value.type.element)
        value = transpose(block, TransposeAttrs(perm), [value], turn)
    aligned = (1,) * (len(batches) + 2 - len(shape)) + shape
    multiples = [n // own for n, own in zip(batches, aligned[:-2], strict=True)]
    if math.prod(multiples) > 1:
        value = value if aligned == shape else block.reshape(value, aligned)
        shape = (*batches, *shape[-2:])
        repeated = TensorType(shape, value.type.element)
        value = block.emit("tosa.tile", [value], repeated, multiples=Integers((*multiples, 1, 1)))
    flat = (math.prod(batches), *shape[-2:])
    return value if flat == shape else block.reshape(value, flat)
