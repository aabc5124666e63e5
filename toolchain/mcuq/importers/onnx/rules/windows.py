"""What convolutions and poolings share: checks of their geometry, and padding in front."""

from __future__ import annotations

from mcuq.importers.builder import GraphBuilder
from mcuq.importers.onnx.value import Constraint, Node
from mcuq.importers.onnx.window import Window
from mcuq.ops.movement import PAD, PadAttrs

_AUTO_PADS = ("NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER")


def one_or_two_dimensions(node: Node) -> str | None:
    """Convolutions and poolings run over one or two spatial dimensions.

    3-D convolutions are not supported: reshape the depth into the channels, or use 2-D layers.
    """
    rank = node.value().rank
    return None if rank in (3, 4) else f"the input has {rank} dimensions"


def sound_window(node: Node) -> str | None:
    """Strides, dilations and kernels are positive, pads are not negative.

    The model is damaged: export it again.
    """
    spatial = node.value().rank - 2
    for name in ("strides", "dilations", "kernel_shape"):
        values = node.integers(name, (1,) * spatial)
        if len(values) != spatial or min(values) < 1:
            return f"{name} {values}"
    pads = node.integers("pads", (0,) * (2 * spatial))
    if len(pads) != 2 * spatial or min(pads) < 0:
        return f"pads {pads}"
    mode = node.text("auto_pad", "NOTSET")
    return None if mode in _AUTO_PADS else f"auto_pad {mode}"


def kernel_of_filter(node: Node) -> str | None:
    """The kernel shape is that of the filter.

    The model is damaged: export it again.
    """
    filters = node.value(1).shape[2:]
    kernel = node.integers("kernel_shape", filters)
    return None if kernel == filters else f"kernel {kernel}, filter {filters}"


def window_constraints(filters: int | None = None) -> tuple[Constraint, ...]:
    """Constraints on a node with a window; `filters` is the input that holds a filter."""
    checks: tuple[Constraint, ...] = (one_or_two_dimensions, sound_window)
    return (*checks, kernel_of_filter) if filters is not None else checks


def padded_image(build: GraphBuilder, node: Node, pixels: str, window: Window) -> str:
    """The image behind a PAD where the window asks for one."""
    if not window.padded:
        return pixels
    attrs = PadAttrs(((0, 0), *window.reach, (0, 0)))
    return build.op(PAD, attrs, [pixels], f"{node.name}/pad")
