"""Operators that move values unchanged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mcuq.emit.mlir.syntax import Integers, Number, TensorType, Value
from mcuq.emit.mlir.tosa.block import Block
from mcuq.emit.mlir.tosa.quantization import pad_info
from mcuq.ops.attrs import Attrs
from mcuq.ops.movement import ConcatAttrs, PadAttrs, TransposeAttrs
from mcuq.ops.padding import MirrorPadAttrs
from mcuq.ops.repetition import BroadcastAttrs
from mcuq.ops.slicing import StridedSliceAttrs


def pad(block: Block, attrs: PadAttrs, inputs: Sequence[Value], output: TensorType) -> Value:
    return block.pad(inputs[0], attrs.paddings)


def pad_with(block: Block, attrs: PadAttrs, inputs: Sequence[Value], output: TensorType) -> Value:
    """The value as a tensor without dimensions."""
    amounts = block.constant(np.array(attrs.paddings, np.int32).reshape(-1, 2), "i32")
    value = block.reshape(inputs[1], ())
    source = inputs[0]
    return block.emit("tosa.pad", [source, amounts, value], output, **pad_info(source.type))


def mirror_pad(
    block: Block, attrs: MirrorPadAttrs, inputs: Sequence[Value], output: TensorType
) -> Value:
    """Slices that run backwards, before and behind what they mirror."""
    result, changed = inputs[0], False
    for axis, (before, behind) in enumerate(attrs.paddings):
        size = result.type.shape[axis]
        inner = 0 if attrs.edge else 1
        parts = [result]
        if before:
            parts.insert(0, _backwards(block, result, axis, inner, before))
        if behind:
            parts.append(_backwards(block, result, axis, size - inner - behind, behind))
        if len(parts) > 1:
            result, changed = joined(block, parts, axis), True
    return result if changed else block.reshape(result, output.shape)


def _backwards(block: Block, source: Value, axis: int, first: int, count: int) -> Value:
    """Elements first + count - 1, …, first of an axis."""
    begin, size = [0] * len(source.type.shape), [*source.type.shape]
    begin[axis], size[axis] = first, count
    part = block.slice(source, begin, size)
    return block.emit("tosa.reverse", [part], part.type, axis=Number(axis, "i32"))


def joined(block: Block, parts: Sequence[Value], axis: int) -> Value:
    """Values of one shape but for the axis, one behind the other."""
    shape = [*parts[0].type.shape]
    shape[axis] = sum(part.type.shape[axis] for part in parts)
    type_ = replace(parts[0].type, shape=tuple(shape))
    return block.emit("tosa.concat", parts, type_, axis=Number(axis, "i32"))


def broadcast_to(
    block: Block, attrs: BroadcastAttrs, inputs: Sequence[Value], output: TensorType
) -> Value:
    shape = inputs[0].type.shape
    aligned = (1,) * (len(attrs.shape) - len(shape)) + shape
    source = block.reshape(inputs[0], aligned)
    multiples = tuple(n // m for n, m in zip(attrs.shape, aligned, strict=True))
    return block.emit("tosa.tile", [source], output, multiples=Integers(multiples))


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
