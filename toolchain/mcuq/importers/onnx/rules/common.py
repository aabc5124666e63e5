"""Constraints and readers that several families share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mcuq.importers.builder import GraphBuilder
from mcuq.importers.onnx.value import Constraint, Node, NodeValue
from mcuq.numeric.activation import Activation
from mcuq.ops.extremes import MAXIMUM, MINIMUM
from mcuq.ops.mean import MEAN
from mcuq.ops.movement import CONCATENATION, PAD, RESHAPE, TRANSPOSE
from mcuq.ops.pooling import AVERAGE_POOL_2D, MAX_POOL_2D
from mcuq.ops.resize import RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR
from mcuq.ops.slicing import STRIDED_SLICE
from mcuq.ops.softmax import SOFTMAX
from mcuq.ops.unary import LOGISTIC, RELU, RELU6

_NOT_NEGATIVE = frozenset({RELU, RELU6, LOGISTIC, SOFTMAX})
_KEEPS_SIGN = frozenset(
    {
        MAX_POOL_2D, AVERAGE_POOL_2D, CONCATENATION, MEAN,
        PAD, RESHAPE, STRIDED_SLICE, TRANSPOSE, MINIMUM, MAXIMUM,
        RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR,
    }
)  # fmt: skip

Lower = Callable[[GraphBuilder, Node], list[NodeValue]]


@dataclass(frozen=True)
class NodeRule:
    """How one ONNX operator becomes operators of the graph.

    Attributes:
        lower: adds to the graph; the node's outputs.
        constraints: checked in order before `lower` is called.
        required: how many inputs must be there.
    """

    lower: Lower
    constraints: tuple[Constraint, ...] = ()
    required: int = 1


def never_negative(build: GraphBuilder, name: str) -> bool:
    """Whether a tensor holds no number below zero, whatever the model's inputs are."""
    op = build.producer(name)
    if op is None:
        return False
    if op.kind in _KEEPS_SIGN:
        return all(never_negative(build, source) for source in op.inputs)
    fused = getattr(op.attrs, "activation", Activation.NONE)
    return op.kind in _NOT_NEGATIVE or fused in (Activation.RELU, Activation.RELU6)


def computed_input(node: Node) -> str | None:
    """The first input is computed by the model.

    Simplify the model before the export (onnxsim), so that constant branches are folded.
    """
    return None if node.constant(0) is None else "it is a constant"


def constant_inputs(*numbers: int) -> Constraint:
    """A constraint on inputs that shape the result."""

    def constant(node: Node) -> str | None:
        """Shapes, axes, pads, scales and bounds are constants of the model.

        Export with fixed input shapes and constant folding (do_constant_folding=True in PyTorch).
        """
        for number in numbers:
            if node.has(number) and node.constant(number) is None:
                return f"input {number} is computed at run time"
        return None

    return constant


def listed_axes(node: Node, number: int, name: str = "axes") -> tuple[int, ...] | None:
    """Axes from constant input `number` or, in older operator sets, from attribute `name`."""
    values = node.constant(number)
    if values is not None:
        return tuple(int(axis) for axis in values.reshape(-1))
    return node.integers(name, ()) if name in node.attributes else None


def axes_inside(number: int, name: str = "axes") -> Constraint:
    """A constraint on the axes in input `number` or attribute `name`."""

    def inside(node: Node) -> str | None:
        """Axes are dimensions of the input, each named once.

        The model is damaged: export it again.
        """
        rank = node.value().rank
        axes = listed_axes(node, number, name) or ()
        fits = all(-rank <= axis < rank for axis in axes)
        distinct = len({axis % max(rank, 1) for axis in axes}) == len(axes)
        return None if fits and distinct else f"axes {axes} of {rank} dimensions"

    return inside


def axis_inside(default: int) -> Constraint:
    """A constraint on attribute `axis`."""

    def inside(node: Node) -> str | None:
        """The axis is a dimension of the input.

        The model is damaged: export it again.
        """
        axis, rank = node.integer("axis", default), node.value().rank
        return None if -rank <= axis < rank else f"axis {axis} of {rank} dimensions"

    return inside
