"""Constraints, and words of the schema, that several families share."""

from __future__ import annotations

from typing import Any, Protocol

from ai_edge_litert import schema_py_generated as schema

from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import NoAttrs, Padding
from mcuq.tflite.operators.view import Constraint, OpView

ACTIVATIONS: dict[Activation, int] = {
    Activation.NONE: schema.ActivationFunctionType.NONE,
    Activation.RELU: schema.ActivationFunctionType.RELU,
    Activation.RELU6: schema.ActivationFunctionType.RELU6,
    Activation.RELU_N1_TO_1: schema.ActivationFunctionType.RELU_N1_TO_1,
}
PADDINGS: dict[Padding, int] = {
    Padding.SAME: schema.Padding.SAME,
    Padding.VALID: schema.Padding.VALID,
}
_ACTIVATIONS = {number: activation for activation, number in ACTIVATIONS.items()}
_PADDINGS = {number: padding for padding, number in PADDINGS.items()}


class _Window(Protocol):
    @property
    def stride(self) -> tuple[int, int]: ...
    @property
    def padding(self) -> Padding: ...
    @property
    def activation(self) -> Activation: ...


def no_attrs(op: OpView) -> NoAttrs:
    return NoAttrs()


def activation(op: OpView, field: int) -> Activation:
    """The fused activation; `fused_activation` has checked that it is one of ours."""
    return _ACTIVATIONS[op.uint8(field)]


def padding(op: OpView, field: int) -> Padding:
    """The padding scheme; `known_padding` has checked it."""
    return _PADDINGS[op.uint8(field)]


def fused_activation(field: int) -> Constraint:
    """A constraint on the fused activation in option `field`."""

    def fused(op: OpView) -> str | None:
        """The fused activation is none, RELU, RELU6 or RELU_N1_TO_1.

        Export the activation as a layer of its own.
        """
        number = op.uint8(field)
        names = {v: k for k, v in vars(schema.ActivationFunctionType).items() if isinstance(v, int)}
        return None if number in _ACTIVATIONS else f"it is {names.get(number, number)}"

    return fused


def known_padding(field: int) -> Constraint:
    """A constraint on the padding scheme in option `field`."""

    def known(op: OpView) -> str | None:
        """The padding is SAME or VALID.

        The file is damaged: export it again.
        """
        number = op.uint8(field)
        return None if number in _PADDINGS else f"it is number {number}"

    return known


def positive_steps(*options: int, dilations: tuple[int, ...] = ()) -> Constraint:
    """A constraint on strides, window sizes (absent means 0) and dilations (absent means 1)."""

    def positive(op: OpView) -> str | None:
        """Strides, dilations and window sizes are at least 1.

        The file is damaged: export it again.
        """
        values = [op.int32(field) for field in options]
        values += [op.int32(field, 1) for field in dilations]
        return None if min(values) >= 1 else f"found {min(values)}"

    return positive


def constant_operands(*numbers: int) -> Constraint:
    """A constraint on integer operands that shape the result."""

    def constant(op: OpView) -> str | None:
        """Shapes, axes, paddings and sizes are integer constants of the model.

        Export with a fixed input shape, so that the converter can compute them in advance.
        """
        for number in numbers:
            values = op.constant(number)
            if values is None or values.dtype.kind not in "iu":
                return f"operand {number} is computed at run time or is no integer"
        return None

    return constant


def one_computed_operand(op: OpView) -> str | None:
    """At least one operand is computed by the model.

    Fold constant branches before the export: their results never change.
    """
    constants = [op.constant(number) is not None for number in range(len(op.operands))]
    return "all are constants" if all(constants) else None


def activation_input(op: OpView) -> str | None:
    """The first operand is computed by the model.

    Fold constant branches before the export: their results never change.
    """
    return None if op.constant(0) is None else "it is a constant"


def requiring(*constraints: Constraint) -> tuple[Constraint, ...]:
    """`activation_input` and then the given constraints."""
    return (activation_input, *constraints)


def write_window(options: Any, attrs: _Window) -> None:
    """Padding, stride and activation, which every operator with a window has."""
    options.padding = PADDINGS[attrs.padding]
    options.strideH, options.strideW = attrs.stride
    options.fusedActivationFunction = ACTIVATIONS[attrs.activation]
