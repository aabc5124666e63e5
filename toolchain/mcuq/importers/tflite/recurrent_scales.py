"""What kernels of operators with states take for granted about scales."""

from __future__ import annotations

import math

from mcuq.importers.tflite.records import Quantization
from mcuq.importers.tflite.stored import StoredOp
from mcuq.ops.lstm import CELL, HIDDEN
from mcuq.tflite.operators.recurrent import BIASES

_TOLERANCE = 1e-3
"""Of a scale to the one that it stands for; converters round the last places."""
_LSTM = "UNIDIRECTIONAL_SEQUENCE_LSTM"


def recurrent_bias_scale(view: StoredOp) -> str | None:
    """The scale of a recurrent layer's bias is that of the products it is added to.

    Kernels add its integers to the sums and never read it: convert the model again.
    """
    for numbers in BIASES[view.op.kind]:
        tensors = [view.operands[number] for number in numbers if number < len(view.operands)]
        scales = [t.quantization.scale for t in tensors if t is not None and t.quantization]
        if len(scales) < 3 or any(scale.size != 1 for scale in scales):
            continue
        stated, first, second = (float(scale[0]) for scale in scales)
        if abs(stated - first * second) > _TOLERANCE * first * second:
            return f"it is {stated:g}, theirs {first * second:g}"
    return None


def cell_scale(view: StoredOp) -> str | None:
    """The scale of an LSTM's cell is a power of two.

    Kernels shift by its exponent: convert the model again.
    """
    stored = _quantization(view, CELL) if view.op.kind == _LSTM else None
    if stored is None or math.frexp(float(stored.scale[0]))[0] == 0.5:
        return None
    return f"it is {stored.scale[0]:g}"


def hidden_scale(view: StoredOp) -> str | None:
    """The result of an LSTM has the scale and zero point of what it keeps as hidden.

    Kernels copy the integers: convert the model again.
    """
    stored = _quantization(view, HIDDEN) if view.op.kind == _LSTM else None
    result = view.results[0].quantization if view.results else None
    if stored is None or result is None:
        return None
    near = abs(float(stored.scale[0]) - float(result.scale[0])) <= 1e-6 * float(result.scale[0])
    if near and stored.zero_point[0] == result.zero_point[0]:
        return None
    return (
        f"that is {stored.scale[0]:g} and {stored.zero_point[0]}, "
        f"the result's {result.scale[0]:g} and {result.zero_point[0]}"
    )


def _quantization(view: StoredOp, number: int) -> Quantization | None:
    tensor = view.operands[number] if number < len(view.operands) else None
    return None if tensor is None else tensor.quantization


RECURRENT_CONSTRAINTS = (recurrent_bias_scale, cell_scale, hidden_scale)
