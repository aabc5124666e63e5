"""SVDF and UNIDIRECTIONAL_SEQUENCE_LSTM, whose states are variable tensors."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from ai_edge_litert import schema_py_generated as schema

from mcuq.ops.lstm import UNIDIRECTIONAL_SEQUENCE_LSTM, LstmAttrs
from mcuq.ops.svdf import SVDF, SvdfAttrs
from mcuq.tflite.operators.common import ACTIVATIONS, activation, activation_input, fused_activation
from mcuq.tflite.operators.form import Rule, TfliteForm, no_constants
from mcuq.tflite.operators.version import ByType, first_version
from mcuq.tflite.operators.view import OpView


class Svdf(IntEnum):
    """SVDFOptions."""

    RANK = 0
    ACTIVATION = 1


class Lstm(IntEnum):
    """UnidirectionalSequenceLSTMOptions."""

    ACTIVATION = 0
    CELL_CLIP = 1
    PROJECTION_CLIP = 2
    TIME_MAJOR = 3


TANH = schema.ActivationFunctionType.TANH
"""The activation of a plain LSTM."""
_FEATURE, _TIME, _BIAS, _STATE = range(1, 5)
_ORDER = (*range(9), *range(12, 16), 18, 19, 9, 10, 11, 16, 17, *range(20, 24))
"""Of an LSTM's operands in the file: those of a plain one first."""
_PLAIN = 15
FURTHER = {
    "peepholes": (15, 16, 17),
    "a projection": (18, 19),
    "layer normalization": (20, 21, 22, 23),
}
"""What an LSTM has beyond a plain one → its operands, as they are seen."""
BIASES: dict[str, tuple[tuple[int, int, int], ...]] = {
    "SVDF": ((_BIAS, _STATE, _TIME),),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": tuple((9 + gate, 0, 1 + gate) for gate in range(4)),
}
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


def lstm_types(op: OpView) -> str | None:
    """Values of an LSTM are int8 or int16 throughout, its weights int8, its biases int32 beside
    int8 and int64 beside int16, its cell int16.

    Convert the model again, or quantize it anew.
    """
    found = tuple(operand.dtype for operand in op.operands[:_PLAIN] if operand is not None)
    for value, bias in (("int8", "int32"), ("int16", "int64")):
        wanted = (value, *("int8",) * 8, *(bias,) * 4, value, "int16")
        if found == wanted and op.result_dtype == value:
            return None
    return f"its operands are {', '.join(dict.fromkeys(found))}, its result {op.result_dtype}"


def plain_lstm(op: OpView) -> str | None:
    """An LSTM has neither peepholes nor a projection nor layer normalization, and tanh.

    Export a plain LSTM with a tanh activation, as Keras has it by default.
    """
    for what, numbers in FURTHER.items():
        if any(op.operands[n] is not None for n in numbers if n < len(op.operands)):
            return f"it has {what}"
    return None if op.uint8(Lstm.ACTIVATION) == TANH else "its activation is another"


def _lstm(op: OpView) -> LstmAttrs:
    return LstmAttrs(op.boolean(Lstm.TIME_MAJOR), op.float32(Lstm.CELL_CLIP))


def _write_lstm(attrs: LstmAttrs, options: Any) -> None:
    options.fusedActivationFunction = TANH
    options.timeMajor, options.cellClip = attrs.time_major, attrs.cell_clip


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
    TfliteForm(
        Rule(
            UNIDIRECTIONAL_SEQUENCE_LSTM,
            "UnidirectionalSequenceLSTMOptions",
            _lstm,
            (activation_input, constant_weights(*range(1, 13)), plain_lstm, lstm_types),
            tensors=_PLAIN,
            required=_PLAIN,
            order=_ORDER,
            fixed=True,
        ),
        write=_write_lstm,
        constants=no_constants,
        version=first_version,
        resolver="AddUnidirectionalSequenceLSTM",
        inner=(None, None, None, None, 13),
    ),
)
