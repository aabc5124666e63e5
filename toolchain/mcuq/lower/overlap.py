"""How far each kernel's output may be written over its own input.

A kernel reads and writes in a known order. In ascending order every byte written must lie below
all bytes still to be read; in descending order above them. With `lead` the distance that this asks
for, an ascending output may begin at most at `input start - lead`, a descending one at least at
`input start + lead`. Both are given as the bytes that output and input may share:

    ascending:  output end - input start <= ascending = output bytes - lead
    descending: input end - output start <= descending = input bytes - lead

A negative lead lets the output begin inside the input. firmware/kernels/mcuq_overlap.c holds the
same functions; the tests keep the two equal and check both against a record of every access.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Shape = tuple[int, int, int]
Pair = tuple[int, int]
Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True)
class BufferOverlap:
    """Bytes that output and input may share, by the direction the kernel runs in."""

    ascending: int
    descending: int


@dataclass(frozen=True)
class WindowShape:
    """A sliding window: (height, width, channels) of the tensors, (height, width) of the rest.

    `padding` is what lies before the first row and column.
    """

    input: Shape
    output: Shape
    kernel: Pair
    stride: Pair = (1, 1)
    dilation: Pair = (1, 1)
    padding: Pair = (0, 0)


def conv_overlap(shape: WindowShape) -> BufferOverlap:
    """`mcuq_conv_*`: both windows of a pair of pixels are read before either is written."""
    first, last = _reach(shape)
    channels = shape.input[2]
    return _pair_overlap(first * channels, (last + 1) * channels, shape.output[2], _bytes(shape))


def pointwise_overlap(pixels: int, inputs: int, outputs: int) -> BufferOverlap:
    """`mcuq_pointwise_*`: pairs of pixels are read before they are written."""
    position = np.arange(pixels, dtype=np.int64) * inputs
    return _pair_overlap(position, position + inputs, outputs, (pixels * inputs, pixels * outputs))


def depthwise_overlap(shape: WindowShape) -> BufferOverlap:
    """`mcuq_depthwise_*` and pooling: a pixel's channels are read and written in turn.

    Ascending, a channel's write may fall on the same channel of the first pixel of its window,
    which has just been read for the last time. Descending, channels still run upwards, so that
    the whole window must lie below what is written.
    """
    first, last = _reach(shape)
    channels = shape.input[2]
    pixel = np.arange(first.size)
    up = int((pixel - _future_minimum(first)).max()) * channels
    down = int((np.maximum.accumulate(last) + 1 - pixel).max()) * channels
    sizes = _bytes(shape)
    return _overlap(up, down, sizes)


def elementwise_overlap(size: int) -> BufferOverlap:
    """Look-up tables, element-wise operators: each element is read before it is written."""
    return BufferOverlap(size, 0)


def _bytes(shape: WindowShape) -> Pair:
    return math.prod(shape.input), math.prod(shape.output)


def _overlap(up: int, down: int, sizes: Pair) -> BufferOverlap:
    """From leads; a lead below minus the input's size frees nothing more."""
    source, result = sizes
    return BufferOverlap(result - max(up, -source), source - max(down, -result))


def _pair_overlap(first: Int64s, end: Int64s, outputs: int, sizes: Pair) -> BufferOverlap:
    """For kernels that take two pixels at a time.

    Args:
        first: lowest byte that each pixel's window reads.
        end: byte behind the highest that each pixel's window reads.
        outputs: bytes written a pixel.
        sizes: of input and output, bytes.
    """
    pixels = first.size
    starts = np.arange(0, pixels, 2)
    written = np.minimum(starts + 2, pixels) * outputs
    later = starts + 2 < pixels
    ahead = _future_minimum(first)[starts[later] + 2]
    up = int((written[later] - ahead).max(initial=-sizes[0]))
    behind = np.maximum.accumulate(end)[starts[1:] - 1]
    down = int((behind - starts[1:] * outputs).max(initial=-sizes[1]))
    return _overlap(up, down, sizes)


def _reach(shape: WindowShape) -> tuple[Int64s, Int64s]:
    """First and last input pixel that each output pixel's window reads.

    A window that lies wholly in the padding reads nothing: (input pixels, -1).
    """
    (top, bottom), (left, right) = (_axis(shape, axis) for axis in (0, 1))
    width = shape.input[1]
    nothing = (top > bottom)[:, None] | (left > right)[None, :]
    first = np.where(nothing, shape.input[0] * width, top[:, None] * width + left[None, :])
    last = np.where(nothing, -1, bottom[:, None] * width + right[None, :])
    return first.ravel(), last.ravel()


def _axis(shape: WindowShape, axis: int) -> tuple[Int64s, Int64s]:
    """First and last index inside the input of each output position's taps along an axis."""
    taps = np.arange(shape.kernel[axis]) * shape.dilation[axis]
    start = np.arange(shape.output[axis]) * shape.stride[axis] - shape.padding[axis]
    index = (start[:, None] + taps[None, :]).astype(np.int64)
    size = shape.input[axis]
    inside = (index >= 0) & (index < size)
    low = np.where(inside, index, size).min(axis=1)
    high = np.where(inside, index, -1).max(axis=1)
    return low, high


def _future_minimum(values: Int64s) -> Int64s:
    """The smallest value from each position on."""
    result: Int64s = np.minimum.accumulate(values[::-1])[::-1]
    return result
