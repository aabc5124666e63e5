"""Explicit padding of ONNX's windows as SAME, VALID or a PAD in front."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcuq.importers.onnx.value import Node
from mcuq.ops.attrs import Padding
from mcuq.ops.window import window_axis

Pair = tuple[int, int]


@dataclass(frozen=True)
class Window:
    """Geometry of a convolution or pooling over (height, width); a missing height is 1.

    Attributes:
        kernel, stride, dilation: taps, steps, spacing.
        scheme: SAME where TFLite's padding is the same as the model's, else VALID.
        reach: (before, after) of height and width by which windows leave the input.
        beyond: outputs that ceil_mode adds reach past the model's own padding.
        axes: height and width.
    """

    kernel: Pair
    stride: Pair
    dilation: Pair
    scheme: Padding
    reach: tuple[Pair, Pair]
    beyond: bool
    axes: tuple[StatedAxis, StatedAxis]

    @property
    def leaves_input(self) -> bool:
        """Whether windows reach into padding at all."""
        return self.reach != ((0, 0), (0, 0))

    @property
    def padded(self) -> bool:
        """Whether a PAD in front is needed, by `reach`."""
        return self.leaves_input and self.scheme is Padding.VALID


@dataclass(frozen=True)
class StatedAxis:
    """One extent that a window slides over, as the file states it."""

    size: int
    kernel: int
    stride: int
    dilation: int
    before: int
    after: int
    output: int

    @property
    def span(self) -> int:
        return (self.kernel - 1) * self.dilation + 1

    @property
    def reached(self) -> int:
        """Padding after the last element that windows reach, however much is declared."""
        return max((self.output - 1) * self.stride + self.span - self.size - self.before, 0)

    def within(self, *, padding: bool) -> npt.NDArray[np.int64]:
        """How many taps of each window lie in the input, or in the model's own padding too;
        without dilation."""
        first, end = (-self.before, self.size + self.after) if padding else (0, self.size)
        starts = np.arange(self.output) * self.stride - self.before
        return np.minimum(starts + self.kernel, end) - np.maximum(starts, first)

    @property
    def is_same(self) -> bool:
        same = window_axis(self.size, self.kernel, self.stride, self.dilation, Padding.SAME)
        return (same.before, same.output) == (self.before, self.output)


def read_window(node: Node, spatial: tuple[int, ...], kernel: tuple[int, ...]) -> Window:
    """The window of a Conv, MaxPool or AveragePool node.

    Args:
        node: with its attributes checked.
        spatial: input extents, one or two.
        kernel: filter extents, as many.

    Raises:
        ValueError: a window does not fit in its padded input.
    """
    axes = [_axis(node, i, len(spatial), spatial[i], kernel[i]) for i in range(len(spatial))]
    if len(axes) == 1:
        axes.insert(0, StatedAxis(1, 1, 1, 1, 0, 0, 1))
    height, width = axes
    beyond = any(axis.reached > axis.after for axis in axes)
    reach = ((height.before, height.reached), (width.before, width.reached))
    leaves = any(axis.before or axis.reached for axis in axes)
    same = leaves and all(axis.is_same for axis in axes)
    return Window(
        (height.kernel, width.kernel),
        (height.stride, width.stride),
        (height.dilation, width.dilation),
        Padding.SAME if same else Padding.VALID,
        reach,
        beyond,
        (height, width),
    )


def _axis(node: Node, index: int, rank: int, size: int, kernel: int) -> StatedAxis:
    stride = node.integers("strides", (1,) * rank)[index]
    dilation = node.integers("dilations", (1,) * rank)[index]
    before, after = _pads(node, index, rank, size, (kernel - 1) * dilation + 1, stride)
    room = size + before + after - (kernel - 1) * dilation - 1
    if room < 0:
        raise ValueError(f"a window of {kernel} does not fit in {size} elements")
    output = room // stride + 1
    if node.integer("ceil_mode", 0) and room % stride and output * stride < size + before:
        output += 1  # the extra window starts inside the input or the padding before it
    return StatedAxis(size, kernel, stride, dilation, before, after, output)


def _pads(node: Node, index: int, rank: int, size: int, span: int, stride: int) -> Pair:
    mode = node.text("auto_pad", "NOTSET")
    if mode.startswith("SAME"):
        total = max((-(-size // stride) - 1) * stride + span - size, 0)
        small, large = total // 2, total - total // 2
        return (small, large) if mode == "SAME_UPPER" else (large, small)
    if mode == "VALID":
        return 0, 0
    pads = node.integers("pads", (0,) * (2 * rank))
    return pads[index], pads[index + rank]
