"""DEQUANTIZE, a function of float32, QUANTIZE: how converters leave what has no integers.

TensorFlow Lite Micro runs it as written. It is one operator of int8, whose table has the same
bytes, where no value leaves the integers that QUANTIZE goes through.
"""

from __future__ import annotations

import numpy as np

from mcuq.errors import InputError
from mcuq.importers.tflite.int8 import int8_tensor
from mcuq.importers.tflite.quotients import QUOTIENTS
from mcuq.importers.tflite.records import FileModel, FileOp, FileTensor
from mcuq.numeric import round_half_away
from mcuq.numeric.tensor import AffineParams
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.lookup import dequantized
from mcuq.ops.operand import Operand
from mcuq.tflite.operators.functions import REAL_FORMS

_FUNCTIONS = {form.rule.kind.name: form.rule.kind for form in REAL_FORMS}
_LIMIT = 2.0**31
NOT_AS_IS = {
    **dict.fromkeys(
        _FUNCTIONS.keys() | QUOTIENTS | {"POW"},
        "TensorFlow Lite Micro has float32 alone",
    ),
    "DIV": "TensorFlow Lite Micro shifts quotients by more than 31 bits where they are small",
    "ADD_N": "its sums begin with minus the zero point, and are rounded once, not at each addition",
}
"""Operator → why its integers are not taken as they are: read by users."""


def is_island(model: FileModel, op: FileOp) -> bool:
    """Whether a function of float32 stands between one DEQUANTIZE and one QUANTIZE, both of int8.

    Raises:
        InputError: it does, but some integer's result is none of QUANTIZE's.
    """
    ends = _ends(model, op)
    if ends is None:
        return False
    source, result = (int8_tensor(tensor) for tensor in ends)
    if source is None or result is None:
        return False
    if not _in_range(op.kind, source.affine, result.affine):
        raise InputError(
            f"operator {op.index} {op.kind} of float32 between integers has results that are no "
            "numbers, or beyond 32-bit integers, for some input, where runtimes differ",
            "quantize it anew instead: give the file as a model, with calibration data",
        )
    return True


def check_has_integers(model: FileModel, op: FileOp) -> None:
    """Raise where an operator is of int8 in the file that has no such integers, or others, here."""
    source = model.tensors[op.inputs[0]] if op.inputs and op.inputs[0] >= 0 else None
    why = NOT_AS_IS.get(op.kind)
    if why is not None and source is not None and source.dtype != "float32":
        raise InputError(
            f"operator {op.index} {op.kind} is of {source.dtype}: {why}",
            "quantize it anew instead: give the file as a model, with calibration data",
        )


def _ends(model: FileModel, op: FileOp) -> tuple[FileTensor, FileTensor] | None:
    if op.kind not in _FUNCTIONS or len(op.outputs) != 1 or not op.inputs:
        return None
    output = op.outputs[0]
    makers = [other for other in model.ops if op.inputs[0] in other.outputs]
    readers = [other for other in model.ops if output in other.inputs]
    kinds = [other.kind for other in (*makers, *readers)]
    if kinds != ["DEQUANTIZE", "QUANTIZE"] or output in model.outputs:
        return None
    source, result = makers[0].inputs[:1], readers[0].outputs[:1]
    if not source or not result or source[0] < 0:
        return None
    ends = model.tensors[source[0]], model.tensors[result[0]]
    inside = (model.tensors[op.inputs[0]], model.tensors[output])
    is_real = all(each.dtype == "float32" and each.quantization is None for each in inside)
    alike = len({tensor.shape for tensor in (*ends, *inside)}) == 1
    return ends if is_real and alike else None


def _in_range(kind: str, source: AffineParams, result: AffineParams) -> bool:
    """Whether all 256 results are numbers whose steps are 32-bit integers.

    What is below them becomes the least of them, on every target; the zero point then must not
    lead below that.
    """
    form = _FUNCTIONS[kind].float_form
    assert callable(form)
    values = form(NoAttrs(), [Operand(dequantized(source).astype(np.float32))])
    with np.errstate(over="ignore", invalid="ignore"):
        steps = round_half_away(values / result.scale)
    if not np.all(steps < _LIMIT):
        return False
    return bool(np.all(steps >= -_LIMIT)) or result.zero_point >= 0
