"""PAD, CONCATENATION, RESHAPE, SQUEEZE, TRANSPOSE and STRIDED_SLICE: values move unchanged."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mcuq.emit.mlir.syntax import Number, TensorType, Value
from mcuq.emit.mlir.tosa.block import Block
from mcuq.ops.attrs import Attrs
from mcuq.ops.movement import ConcatAttrs, PadAttrs, TransposeAttrs
from mcuq.ops.slicing import StridedSliceAttrs


def pad(block: Block, attrs: PadAttrs, inputs: Sequence[Value], output: TensorType) -> Value:
    return block.pad(inputs[0], attrs.paddings)


def concatenation(
    block: Block, attrs: ConcatAttrs, inputs: Sequence[Value], output: TensorType
) -> Value:
    axis = Number(attrs.axis, "i32")
    return block.emit("tosa.concat", inputs, output, axis=axis)


def reshape(block: Block, attrs: Attrs, inputs: Sequence[Value], output: TensorType) -> Value:
    return block.reshape(inputs[0], output.shape)


def transpose(
    block: Block, attrs: TransposeAttrs, inputs: Sequence[Value], output: TensorType
) -> Value:
    perm = np.array(attrs.perm, np.int32)
    return block.emit("tosa.transpose", [inputs[0], block.constant(perm, "i32")], output)


def strided_slice(
    block: Block, attrs: StridedSliceAttrs, inputs: Sequence[Value], output: TensorType
) -> Value:
    """Reverse what runs backwards, slice what is reached, then keep every stride-th element."""
    lengths = attrs.lengths
    result, begins = inputs[0], list(attrs.begin)
    for axis, stride in enumerate(attrs.strides):
        if stride < 0:
            result = block.emit("tosa.reverse", [result], result.type, axis=Number(axis, "i32"))
            begins[axis] = result.type.shape[axis] - 1 - begins[axis]
    steps = [abs(stride) for stride in attrs.strides]
    reached = [(count - 1) * step + 1 for count, step in zip(lengths, steps, strict=True)]
    result = block.slice(result, begins, reached)
    for axis, step in enumerate(steps):
        if step > 1 and lengths[axis] > 1:
            result = _every(block, result, axis, step, lengths[axis])
    return result if result.type == output else block.reshape(result, output.shape)


def _every(block: Block, source: Value, axis: int, step: int, count: int) -> Value:
    """Elements 0, step, 2 × step… of an axis of (count - 1) × step + 1 elements.

    The axis is padded to a multiple of the step and split in two; the first column is kept.
    """
    shape = source.type.shape
    before, after = shape[:axis], shape[axis + 1 :]
    converted = [(0, 0)] * len(shape)
    converted[axis] = (0, step - 1)
    split = block.reshape(block.pad(source, converted), (*before, count, step, *after))
    kept = block.slice(split, [0] * (len(shape) + 1), (*before, count, 1, *after))
    return block.reshape(kept, (*before, count, *after))
