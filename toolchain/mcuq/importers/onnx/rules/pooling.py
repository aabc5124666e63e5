"""MaxPool, AveragePool, the global poolings, Resize."""

from __future__ import annotations

import math
from dataclasses import replace

from mcuq.importers.builder import GraphBuilder
from mcuq.importers.onnx.layout import from_image, image, result
from mcuq.importers.onnx.rules.common import (
    NodeRule,
    computed_input,
    never_negative,
)
from mcuq.importers.onnx.rules.padding import repeated
from mcuq.importers.onnx.rules.resize import RESIZE
from mcuq.importers.onnx.rules.steps import Steps
from mcuq.importers.onnx.rules.windows import padded_image, window_constraints
from mcuq.importers.onnx.value import Node, NodeValue
from mcuq.importers.onnx.window import Window, read_window
from mcuq.ops.attrs import Padding
from mcuq.ops.binary import MUL, BinaryAttrs
from mcuq.ops.mean import MEAN, MeanAttrs
from mcuq.ops.operator import AnyOperator
from mcuq.ops.padding import MIRROR_PAD, MirrorPadAttrs
from mcuq.ops.pooling import AVERAGE_POOL_2D, MAX_POOL_2D, PoolAttrs


def dense_pool(node: Node) -> str | None:
    """Pooling windows have no dilation, and positions are not asked for.

    Use MaxPool without dilation and without return_indices.
    """
    if any(step != 1 for step in node.integers("dilations", (1,))):
        return f"dilations {node.integers('dilations', ())}"
    return "it returns indices" if len(node.outputs) > 1 else None


def kernel_is_given(node: Node) -> str | None:
    """A pooling states its kernel.

    The model is damaged: export it again.
    """
    return None if "kernel_shape" in node.attributes else "it has none"


def spatial_input(node: Node) -> str | None:
    """A global pooling runs over one or two spatial dimensions.

    Reshape 3-D data into two dimensions before.
    """
    rank = node.value().rank
    return None if rank in (3, 4) else f"the input has {rank} dimensions"


def _window(node: Node) -> Window:
    return read_window(node, node.value().shape[2:], node.integers("kernel_shape", ()))


def _max_pool(build: GraphBuilder, node: Node) -> list[NodeValue]:
    window = _window(node)
    pixels = image(build, node.value())
    if window.padded and not never_negative(build, pixels):
        return [_pooled(build, node, MAX_POOL_2D, _repeated(build, node, pixels, window), window)]
    pixels = padded_image(build, node, pixels, window)
    return [_pooled(build, node, MAX_POOL_2D, pixels, window)]


def _repeated(build: GraphBuilder, node: Node, pixels: str, window: Window) -> str:
    """The image with its edges repeated where windows leave it.

    The largest value of a window stays what it is: one that holds a repeated value holds that
    value itself, too. So it is with mirrored values where no more than half of a window is outside.
    """
    paddings = ((0, 0), *window.reach, (0, 0))
    pairs = zip(window.reach, window.kernel, strict=True)
    if all(2 * max(pair) <= size for pair, size in pairs):
        return build.op(MIRROR_PAD, MirrorPadAttrs(paddings, True), [pixels], f"{node.name}/pad")
    return repeated(Steps(build, node), pixels, paddings, "edge")


def _average_pool(build: GraphBuilder, node: Node) -> list[NodeValue]:
    window = _window(node)
    counted = bool(node.integer("count_include_pad", 0))
    pixels = image(build, node.value())
    if window.leaves_input and (window.beyond if counted else window.padded):
        return [_corrected(build, node, pixels, window)]
    if counted:  # a PAD in front is part of the mean, SAME is not
        window = replace(window, scheme=Padding.VALID)
    pixels = padded_image(build, node, pixels, window)
    return [_pooled(build, node, AVERAGE_POOL_2D, pixels, window)]


def _corrected(build: GraphBuilder, node: Node, pixels: str, window: Window) -> NodeValue:
    """The mean with zeros around, times what each window has more of positions than count."""
    window = replace(window, scheme=Padding.VALID)
    padded = padded_image(build, node, pixels, window)
    attrs = PoolAttrs(window.kernel, window.stride, window.scheme)
    mean = build.op(AVERAGE_POOL_2D, attrs, [padded], f"{node.name}/mean")
    counted = bool(node.integer("count_include_pad", 0))
    height, width = (axis.within(padding=counted) for axis in window.axes)
    share = math.prod(window.kernel) / (height[:, None] * width)
    factors = build.constant(share[None, :, :, None], f"{node.name}/factors")
    name = build.op(MUL, BinaryAttrs(), [mean, factors], node.name)
    return from_image(build, name, node.value().rank)


def _pooled(
    build: GraphBuilder, node: Node, kind: AnyOperator, pixels: str, window: Window
) -> NodeValue:
    attrs = PoolAttrs(window.kernel, window.stride, window.scheme)
    return from_image(build, build.op(kind, attrs, [pixels], node.name), node.value().rank)


def _global_max_pool(build: GraphBuilder, node: Node) -> list[NodeValue]:
    pixels = image(build, node.value())
    _, height, width, _ = build.shape(pixels)
    attrs = PoolAttrs((height, width), (height, width))
    name = build.op(MAX_POOL_2D, attrs, [pixels], node.name)
    return [from_image(build, name, node.value().rank)]


def _global_average_pool(build: GraphBuilder, node: Node) -> list[NodeValue]:
    x = node.value()
    axes = tuple(sorted(x.position(axis) for axis in range(2, x.rank)))
    name = build.op(MEAN, MeanAttrs(axes, True), [x.name], node.name)
    return [result(build, name, x.order)]


_WINDOWED = (computed_input, kernel_is_given, *window_constraints(), dense_pool)

RULES = {
    "MaxPool": NodeRule(_max_pool, _WINDOWED),
    "AveragePool": NodeRule(_average_pool, _WINDOWED),
    "GlobalMaxPool": NodeRule(_global_max_pool, (computed_input, spatial_input)),
    "GlobalAveragePool": NodeRule(_global_average_pool, (computed_input, spatial_input)),
    "Resize": RESIZE,
}
