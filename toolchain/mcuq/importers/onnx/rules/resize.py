"""Resize: nearest or linear, where one of TFLite's three forms picks the same elements."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from mcuq.errors import InputError
from mcuq.importers.builder import GraphBuilder
from mcuq.importers.onnx.layout import from_image, image
from mcuq.importers.onnx.rules.common import NodeRule, computed_input, constant_inputs
from mcuq.importers.onnx.value import Node, NodeValue
from mcuq.ops.interpolation import ResizeAttrs, blend, nearest_indices
from mcuq.ops.resize import RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR
from mcuq.settings import READING

Indices = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_FORMS = ((False, False), (True, False), (False, True))
"""TFLite's (align_corners, half_pixel_centers)."""


def known_mode(node: Node) -> str | None:
    """A Resize takes the nearest neighbour, or blends linearly without antialiasing.

    Use mode="nearest" or mode="linear" in the model.
    """
    mode = node.text("mode", "nearest")
    if node.integer("antialias", 0):
        return "it is antialiased"
    return None if mode in ("nearest", "linear") else f"mode {mode}"


def two_spatial_dimensions(node: Node) -> str | None:
    """A Resize changes the height and width of N, C, H, W.

    Resize images only, and leave batch and channels as they are.
    """
    x = node.value()
    if x.rank != 4 or "axes" in node.attributes:
        return f"input {x.shape}"
    size = _size(node)
    if size is None or len(size) != 4 or size[:2] != x.shape[:2]:
        return f"from {x.shape} to {size}"
    if min(size) < 1 or math.prod(size) > READING.tensor_elements:
        return f"from {x.shape} to {size}"
    return None


def plain_policy(node: Node) -> str | None:
    """A Resize states scales or sizes, without policy or region of interest.

    Use torch.nn.Upsample or torch.nn.functional.interpolate with a size or scale factor.
    """
    policy = node.text("keep_aspect_ratio_policy", "stretch")
    mode = node.text("coordinate_transformation_mode", "half_pixel")
    if policy != "stretch":
        return f"policy {policy}"
    return None if mode in _COORDINATES else f"coordinates {mode}"


def _size(node: Node) -> tuple[int, ...] | None:
    """The result's shape from input 3 (sizes) or input 2 (scales)."""
    sizes, scales = node.constant(3), node.constant(2)
    if sizes is not None and sizes.size:
        return tuple(int(size) for size in sizes)
    if scales is None or scales.size != node.value().rank:
        return None
    return tuple(
        int(np.floor(n * float(s))) for n, s in zip(node.value().shape, scales, strict=True)
    )


def _scale(node: Node, axis: int, output: int) -> float:
    scales = node.constant(2)
    if scales is not None and scales.size:
        return float(scales[axis])
    return output / node.value().shape[axis]


_COORDINATES: dict[str, Callable[[Floats, float, int, int], Floats]] = {
    "asymmetric": lambda i, scale, size, output: i / scale,
    "half_pixel": lambda i, scale, size, output: (i + 0.5) / scale - 0.5,
    "pytorch_half_pixel": lambda i, scale, size, output: (
        (i + 0.5) / scale - 0.5 if output > 1 else i * 0.0
    ),
    "tf_half_pixel_for_nn": lambda i, scale, size, output: (i + 0.5) / scale,
    "align_corners": lambda i, scale, size, output: i * (size - 1) / max(output - 1, 1),
}
_ROUNDINGS: dict[str, Callable[[Floats], Floats]] = {
    "round_prefer_floor": lambda x: np.ceil(x - 0.5),
    "round_prefer_ceil": lambda x: np.floor(x + 0.5),
    "floor": np.floor,
    "ceil": np.ceil,
}


def _positions(node: Node, axis: int, output: int) -> Floats:
    """Where each output position lies in the input, by ONNX's formulas."""
    size = node.value().shape[axis]
    mode = node.text("coordinate_transformation_mode", "half_pixel")
    positions = np.arange(output, dtype=np.float64)
    return _COORDINATES[mode](positions, _scale(node, axis, output), size, output)


def _indices(node: Node, axis: int, output: int) -> Indices:
    """Input index of each output position."""
    rounding = _ROUNDINGS[node.text("nearest_mode", "round_prefer_floor")]
    indices = rounding(_positions(node, axis, output)).astype(np.int64)
    return np.asarray(np.clip(indices, 0, node.value().shape[axis] - 1))


def _resize(build: GraphBuilder, node: Node) -> list[NodeValue]:
    linear = node.text("mode", "nearest") == "linear"
    return (_resize_linear if linear else _resize_nearest)(build, node)


def _resize_linear(build: GraphBuilder, node: Node) -> list[NodeValue]:
    size = _size(node)
    assert size is not None
    shape = node.value().shape
    wanted = [np.clip(_positions(node, axis, size[axis]), 0, shape[axis] - 1) for axis in (2, 3)]
    for form in _FORMS:
        attrs = ResizeAttrs((size[2], size[3]), *form)
        blends = [blend(shape[axis], size[axis], attrs) for axis in (2, 3)]
        given = [
            (each.matrix(n) * np.arange(n)).sum(axis=1)
            for each, n in zip(blends, shape[2:], strict=True)
        ]
        if all(np.allclose(a, b, atol=1e-4) for a, b in zip(wanted, given, strict=True)):
            pixels = image(build, node.value())
            name = build.op(RESIZE_BILINEAR, attrs, [pixels], node.name)
            return [from_image(build, name, 4)]
    raise InputError(
        f"{node.where}: no TFLite form of bilinear resizing blends the same elements",
        "export with a whole scale factor, or with sizes instead of scales",
    )


def _resize_nearest(build: GraphBuilder, node: Node) -> list[NodeValue]:
    size = _size(node)
    assert size is not None
    target = (size[2], size[3])
    wanted = [_indices(node, axis, size[axis]) for axis in (2, 3)]
    for form in _FORMS:
        attrs = ResizeAttrs(target, *form)
        given = [nearest_indices(node.value().shape[axis], size[axis], attrs) for axis in (2, 3)]
        if all(np.array_equal(a, b) for a, b in zip(wanted, given, strict=True)):
            pixels = image(build, node.value())
            name = build.op(RESIZE_NEAREST_NEIGHBOR, attrs, [pixels], node.name)
            return [from_image(build, name, 4)]
    raise InputError(
        f"{node.where}: no TFLite form of nearest-neighbour resizing picks the same elements",
        'export with coordinate_transformation_mode "asymmetric" and nearest_mode "floor"',
    )


RESIZE = NodeRule(
    _resize,
    (computed_input, constant_inputs(2, 3), known_mode, plain_policy, two_spatial_dimensions),
)
