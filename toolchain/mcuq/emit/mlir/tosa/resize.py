"""RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from mcuq.emit.mlir.syntax import Integers, TensorType, Value
from mcuq.emit.mlir.tosa.block import Block
from mcuq.ops.interpolation import ResizeAttrs, nearest_indices


@dataclass(frozen=True)
class _Steps:
    """TOSA's terms for one axis: the position of output i is (i × step + offset) / scale."""

    scale: int
    step: int
    offset: int
    border: int

    def indices(self, size: int, output: int) -> npt.NDArray[np.int64]:
        """The input elements that TOSA reads: positions rounded half up, kept inside."""
        position = np.arange(output) * self.step + self.offset
        return np.clip((2 * position + self.scale) // (2 * self.scale), 0, size - 1)


def resize(block: Block, attrs: ResizeAttrs, inputs: Sequence[Value], output: TensorType) -> Value:
    """tosa.resize; where TFLite's float32 positions round otherwise, tosa.gather."""
    sizes = inputs[0].type.shape[1:3]
    steps = [_steps(size, count, attrs) for size, count in zip(sizes, attrs.size, strict=True)]
    wanted = [
        nearest_indices(size, count, attrs) for size, count in zip(sizes, attrs.size, strict=True)
    ]
    found = [
        step.indices(size, count)
        for step, size, count in zip(steps, sizes, attrs.size, strict=True)
    ]
    if not all(map(np.array_equal, found, wanted)):
        return _gathered(block, inputs[0], wanted, output)
    return _resized(block, inputs, output, steps, "NEAREST_NEIGHBOR")


def resize_bilinear(
    block: Block, attrs: ResizeAttrs, inputs: Sequence[Value], output: TensorType
) -> Value:
    """tosa.resize."""
    sizes = inputs[0].type.shape[1:3]
    steps = [
        _bilinear_steps(size, count, attrs) for size, count in zip(sizes, attrs.size, strict=True)
    ]
    return _resized(block, inputs, output, steps, "BILINEAR")


def _resized(
    block: Block, inputs: Sequence[Value], output: TensorType, steps: Sequence[_Steps], mode: str
) -> Value:
    return block.emit(
        "tosa.resize",
        inputs,
        output,
        scale=Integers(tuple(value for step in steps for value in (step.scale, step.step))),
        offset=Integers(tuple(step.offset for step in steps)),
        border=Integers(tuple(step.border for step in steps)),
        mode=mode,
    )


def _bilinear_steps(size: int, output: int, attrs: ResizeAttrs) -> _Steps:
    """TFLite's positions as fractions."""
    if attrs.align_corners and min(size, output) > 1:
        scale, step = 2 * (output - 1), 2 * (size - 1)
    else:
        scale, step = 2 * output, 2 * size
    offset = (step - scale) // 2 if attrs.half_pixel_centers else 0
    return _Steps(scale, step, offset, (output - 1) * step - (size - 1) * scale + offset)


def _steps(size: int, output: int, attrs: ResizeAttrs) -> _Steps:
    """TFLite's floor is TOSA's round half up of a position half an element lower."""
    if attrs.align_corners and min(size, output) > 1:
        scale, step, offset = 2 * (output - 1), 2 * (size - 1), 0
    else:
        scale, step, offset = 2 * output, 2 * size, 0 if attrs.align_corners else -output
    if attrs.half_pixel_centers:
        offset += step // 2
    border = (output - 1) * step - (size - 1) * scale + offset
    return _Steps(scale, step, offset, border)


def _gathered(
    block: Block, source: Value, wanted: Sequence[npt.NDArray[np.int64]], output: TensorType
) -> Value:
    """Each output pixel fetched by its number in the flattened image."""
    batch, height, width, channels = source.type.shape
    rows, columns = wanted
    pixels = (rows[:, None] * width + columns).reshape(1, -1).astype(np.int32)
    indices = block.constant(np.repeat(pixels, batch, axis=0), "i32")
    flat = block.reshape(source, (batch, height * width, channels))
    type_ = replace(output, shape=(batch, pixels.size, channels))
    return block.reshape(block.emit("tosa.gather", [flat, indices], type_), output.shape)
