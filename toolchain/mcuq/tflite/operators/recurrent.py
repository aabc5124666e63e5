"""SVDF, whose state is a variable tensor."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from mcuq.ops.svdf import SVDF, SvdfAttrs
from mcuq.tflite.operators.common import ACTIVATIONS, activation, activation_input, fused_activation
from mcuq.tflite.operators.form import Rule, TfliteForm, no_constants
from mcuq.tflite.operators.version import ByType
from mcuq.tflite.operators.view import OpView


class Svdf(IntEnum):
    """SVDFOptions."""

    RANK = 0
    ACTIVATION = 1


_FEATURE, _TIME, _BIAS, _STATE = range(1, 5)
BIASES: dict[str, tuple[tuple[int, int, int], ...]] = {"SVDF": ((_BIAS, _STATE, _TIME),)}
"""Operator → operands: a bias, and the two whose scales' product is its own."""


def svdf_types(op: OpView) -> str | None:
    """Integers of an SVDF are int8, its memory and time weights both int8 or both int16, its bias
    int32.

    Convert the model again, or quantize it anew.
    """
    found = tuple(operand.dtype for operand in op.operands if operand is not None)
    for kept in ("int8", "int16"):
        if found == ("int8", "int8", kept, "int32", kept) and op.result_dtype == "int8":
            return None
    return f"its operands are {', '.join(found)}, its result {op.result_dtype}"


def constant_weights(*numbers: int) -> Any:
    """A constraint on operands that are the layer's own."""

    def weights(op: OpView) -> str | None:
        """Weights and biases of a recurrent layer are constants of the model.

        Export the model again, with its weights frozen.
        """
        missing = [number for number in numbers if op.constant(number) is None]
        return f"operand {missing[0]} is computed at run time" if missing else None

    return weights


def long_memory(op: OpView) -> str | None:
    """An SVDF remembers two steps at least.

    Replace one that remembers a single step by a dense layer, which it is.
    """
    shape = op.shape(_TIME)
    return "it remembers one" if shape[-1:] == (1,) else None


def _svdf(op: OpView) -> SvdfAttrs:
    return SvdfAttrs(op.int32(Svdf.RANK), activation(op, Svdf.ACTIVATION))


def _write_svdf(attrs: SvdfAttrs, options: Any) -> None:
    options.rank = attrs.rank
    options.fusedActivationFunction = ACTIVATIONS[attrs.activation]


FORMS = (
    TfliteForm(
        Rule(
            SVDF,
            "SVDFOptions",
            _svdf,
            (
                activation_input,
                constant_weights(_FEATURE, _TIME, _BIAS),
                svdf_types,
                long_memory,
                fused_activation(Svdf.ACTIVATION),
            ),
            tensors=5,
            required=5,
        ),
        write=_write_svdf,
        constants=no_constants,
        version=ByType(int8=3, int16=3),
        resolver="AddSvdf",
    ),
)
