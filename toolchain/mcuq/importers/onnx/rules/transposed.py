"""ConvTranspose: a TRANSPOSE_CONV without padding, and what the padding cuts off.

output index = input index × stride - padding + tap × dilation. Where TFLite's SAME cuts off the
same, nothing is cut afterwards. Dilated filters get zeros between their taps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.importers.builder import GraphBuilder
from mcuq.importers.onnx.layout import from_image, image, result
from mcuq.importers.onnx.rules.common import NodeRule, computed_input
from mcuq.importers.onnx.rules.linear import constant_weights
from mcuq.importers.onnx.rules.steps import Steps
from mcuq.importers.onnx.rules.windows import window_constraints
from mcuq.importers.onnx.value import Node, NodeValue
from mcuq.ops.attrs import Padding
from mcuq.ops.weighted import TRANSPOSE_CONV
from mcuq.ops.weighted_params import TransposeConvAttrs
from mcuq.ops.window import window_axis
from mcuq.settings import READING

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class _Axis:
    """One spatial axis.

    Attributes:
        size: of the input.
        kernel: taps, zeros between them included.
        stride: of the result, from one element of the input to the next.
        before: how much of the result is cut off in front.
        output: how much is left.
    """

    size: int
    kernel: int
    stride: int
    before: int
    output: int

    @property
    def whole(self) -> int:
        """Of the result before anything is cut off."""
        return max((self.size - 1) * self.stride + self.kernel, self.before + self.output)

    @property
    def is_same(self) -> bool:
        same = window_axis(self.output, self.kernel, self.stride, 1, Padding.SAME)
        return (same.before, same.output) == (self.before, self.size)


def fitting_filter(node: Node) -> str | None:
    """A transposed convolution's filter matches its input and group count.

    The model is damaged: export it again.
    """
    x, filters, groups = node.value(0), node.value(1), node.integer("group", 1)
    fits = x.rank == filters.rank and groups > 0
    if fits:
        fits = filters.shape[0] == x.shape[1] and x.shape[1] % groups == 0
    return None if fits else f"filter {filters.shape}, input {x.shape}, {groups} groups"


def fitting_output(node: Node) -> str | None:
    """The padding of a transposed convolution leaves something of its result.

    The model is damaged: export it again.
    """
    spatial = node.value().rank - 2
    for name in ("output_padding", "output_shape"):
        if len(node.integers(name, (0,) * spatial)) not in (spatial, spatial + 2):
            return f"{name} {node.integers(name, ())}"
    axes = [_axis(node, number) for number in range(spatial)]
    sizes = tuple(axis.output for axis in axes)
    inside = all(
        axis.output > 0 and axis.before >= 0 and axis.whole < axis.size * axis.stride + axis.kernel
        for axis in axes
    )
    fits = inside and np.prod([axis.whole for axis in axes], dtype=float) <= READING.tensor_elements
    return None if fits else f"the result would be {sizes}"


def _axis(node: Node, number: int) -> _Axis:
    rank = node.value().rank - 2
    size, taps = node.value().shape[2 + number], node.value(1).shape[2 + number]
    stride = node.integers("strides", (1,) * rank)[number]
    kernel = (taps - 1) * node.integers("dilations", (1,) * rank)[number] + 1
    further = node.integers("output_padding", (0,) * rank)[number]
    whole = (size - 1) * stride + kernel + further
    mode, stated = node.text("auto_pad", "NOTSET"), node.integers("output_shape", ())
    if stated or mode.startswith("SAME"):
        # The runtime adds nothing where windows leave gaps, as ONNX would have it.
        output = stated[number - rank] if stated else min(size * stride, whole)
        total = max(whole - output, 0)
        before = total // 2 if mode == "SAME_UPPER" else total - total // 2
        return _Axis(size, kernel, stride, before, output)
    pads = node.integers("pads", (0,) * (2 * rank)) if mode == "NOTSET" else (0,) * (2 * rank)
    output = whole - pads[number] - pads[number + rank]
    return _Axis(size, kernel, stride, pads[number], output)


def _conv_transpose(build: GraphBuilder, node: Node) -> list[NodeValue]:
    x, steps, groups = node.value(), Steps(build, node), node.integer("group", 1)
    axes = [_axis(node, number) for number in range(x.rank - 2)]
    filters = _dilated(node, np.asarray(node.constant(1)))
    if x.rank == 3:
        axes.insert(0, _Axis(1, 1, 1, 0, 1))
        filters = filters[:, :, None]
    pixels = result(build, image(build, x), (0, 1, 2, 3))
    bias = None if not node.has(2) else np.split(np.asarray(node.constant(2)), groups)
    each = x.shape[1] // groups
    parts = [
        _one_group(
            steps,
            pixels if groups == 1 else steps.rows(pixels, 3, number * each, each, "group"),
            filters[number * each : (number + 1) * each],
            None if bias is None else bias[number],
            axes,
        )
        for number in range(groups)
    ]
    return [from_image(build, steps.concat(parts, 3).name, x.rank)]


def _dilated(node: Node, filters: Array) -> Array:
    steps = node.integers("dilations", (1,) * (filters.ndim - 2))
    shape = [(n - 1) * step + 1 for n, step in zip(filters.shape[2:], steps, strict=True)]
    apart = np.zeros((*filters.shape[:2], *shape), filters.dtype)
    apart[(slice(None), slice(None), *(slice(None, None, step) for step in steps))] = filters
    return apart


def _one_group(
    steps: Steps, pixels: NodeValue, filters: Array, bias: Array | None, axes: list[_Axis]
) -> NodeValue:
    """(1, H, W, C) to the same of the result.

    Args:
        filters: input channels, output channels, height, width.
    """
    same = all(axis.is_same for axis in axes)
    height, width = (axis.output if same else axis.whole for axis in axes)
    attrs = TransposeConvAttrs(
        (1, height, width, filters.shape[1]),
        (axes[0].stride, axes[1].stride),
        Padding.SAME if same else Padding.VALID,
    )
    name = steps.node.name
    inputs = [pixels.name, steps.build.constant(filters.transpose(1, 2, 3, 0), f"{name}/filter")]
    if bias is not None:
        inputs.append(steps.build.constant(bias, f"{name}/bias"))
    value = result(steps.build, steps.build.op(TRANSPOSE_CONV, attrs, inputs, name), (0, 1, 2, 3))
    cut = {
        number: (axis.before, axis.before + axis.output, 1)
        for number, axis in enumerate(axes, 1)
        if not same and axis.output != axis.whole
    }
    return steps.slice(value, cut, "cut") if cut else value


RULES = {
    "ConvTranspose": NodeRule(
        _conv_transpose,
        (
            computed_input, constant_weights, *window_constraints(1), fitting_filter,
            fitting_output,
        ),
        2,
    ),
}  # fmt: skip
