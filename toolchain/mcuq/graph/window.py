"""Geometry of sliding windows: output extents and implicit padding of conv and pooling."""

from __future__ import annotations

from dataclasses import dataclass

from mcuq.graph.attrs import ConvAttrs, DepthwiseConvAttrs, Padding, PoolAttrs


@dataclass(frozen=True)
class Axis:
    """One spatial axis of a window operator.

    Attributes:
        size: input extent.
        output: output extent.
        kernel: filter taps.
        stride: input steps between outputs.
        dilation: input steps between taps.
        before: implicit padding before the first element.
        after: implicit padding that windows reach behind the last element.
    """

    size: int
    output: int
    kernel: int
    stride: int
    dilation: int
    before: int
    after: int


def window_axis(size: int, kernel: int, stride: int, dilation: int, padding: Padding) -> Axis:
    """Extent and padding of one axis, as TFLite computes them (`padding.h`).

    With span = (kernel - 1) × dilation + 1, SAME gives ceil(size / stride) outputs and splits the
    missing elements with the smaller half before; VALID gives ceil((size - span + 1) / stride).

    Raises:
        ValueError: a VALID window is larger than its input.
    """
    span = (kernel - 1) * dilation + 1
    if padding is Padding.VALID:
        if span > size:
            raise ValueError(f"a window of {span} does not fit in {size} elements")
        output = -(-(size - span + 1) // stride)
        return Axis(size, output, kernel, stride, dilation, 0, 0)
    output = -(-size // stride)
    total = max((output - 1) * stride + span - size, 0)
    return Axis(size, output, kernel, stride, dilation, total // 2, total - total // 2)


def window_axes(
    attrs: ConvAttrs | DepthwiseConvAttrs | PoolAttrs,
    spatial: tuple[int, int],
    kernel: tuple[int, int],
) -> tuple[Axis, Axis]:
    """The (height, width) axes of a window operator.

    Args:
        attrs: the operator's attributes.
        spatial: (height, width) of the input.
        kernel: (height, width) of the filter.

    Raises:
        ValueError: a VALID window is larger than its input.
    """
    dilation = (1, 1) if isinstance(attrs, PoolAttrs) else attrs.dilation
    rows, columns = (
        window_axis(spatial[i], kernel[i], attrs.stride[i], dilation[i], attrs.padding)
        for i in range(2)
    )
    return rows, columns
