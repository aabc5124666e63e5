"""What operators give that read nothing but constants.

Counters and conditions are integers and booleans, which no graph holds: they are computed here.
Real numbers are computed by the operator's own float form.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.errors import InputError
from mcuq.importers.tflite.real import real_values
from mcuq.importers.tflite.records import FileModel, FileOp, FileTensor
from mcuq.numeric import quantize_values

Array = npt.NDArray[Any]
_INTEGERS: dict[str, Callable[..., Array]] = {
    "ADD": np.add,
    "SUB": np.subtract,
    "MUL": np.multiply,
    "MINIMUM": np.minimum,
    "MAXIMUM": np.maximum,
    "LESS": np.less,
    "LESS_EQUAL": np.less_equal,
    "GREATER": np.greater,
    "GREATER_EQUAL": np.greater_equal,
    "EQUAL": np.equal,
    "NOT_EQUAL": np.not_equal,
    "LOGICAL_AND": np.logical_and,
    "LOGICAL_OR": np.logical_or,
    "LOGICAL_NOT": np.logical_not,
    "RESHAPE": lambda x, shape=None: x.reshape(() if shape is None else shape.reshape(-1)),
    "CONCATENATION": lambda *parts: np.concatenate([np.atleast_1d(part) for part in parts]),
    "PACK": lambda *parts: np.stack(parts),
    "EXPAND_DIMS": lambda x, axis: np.expand_dims(x, int(axis.reshape(()))),
}
"""Operators of counters, which are numbers or rows of numbers."""
Evaluate = Callable[[FileModel, Array], list[Array]]
"""(model of one operator and one input, the input's real numbers) → its outputs' real numbers."""


def computed(op: FileOp, tensors: Sequence[FileTensor], evaluate: Evaluate) -> list[Array]:
    """The outputs of an operator whose operands are constants, as their tensors store them.

    Args:
        evaluate: runs an operator on real numbers.

    Raises:
        InputError: it is not known how, or the operands do not fit.
    """
    operands = [tensors[index] for index in op.inputs if index >= 0]
    real = next((t for t in operands if t.dtype == "float32" or t.quantization), None)
    if real is None or real.data is None:
        return [_integer(op, [t.data for t in operands if t.data is not None])]
    given = replace(real, data=None, signature=real.shape)
    known = [given if tensor.index == real.index else tensor for tensor in tensors]
    model = FileModel("constant", tuple(known), (op,), (real.index,), op.outputs)
    found = evaluate(model, real_values(real, real.data))
    return [_stored(x, tensors[index]) for x, index in zip(found, op.outputs, strict=True)]


def _integer(op: FileOp, operands: list[Array]) -> Array:
    function = _INTEGERS.get(op.kind)
    if function is None or len(op.outputs) != 1:
        raise InputError(
            f"{op.where} computes with integers in a loop, which is not read",
            "export the model with its loop unrolled: unroll=True in Keras's recurrent layers",
        )
    try:
        return np.asarray(function(*operands))
    except (TypeError, ValueError) as error:
        raise InputError(f"{op.where}: {error}", "the file is damaged: export it again") from None


def _stored(real: Array, tensor: FileTensor) -> Array:
    if tensor.quantization is None:
        return real
    bits = 16 if tensor.dtype == "int16" else 8
    scale, zero_point = tensor.quantization.scale, int(tensor.quantization.zero_point[0])
    return quantize_values(real, np.float32(scale[0]), zero_point, bits)
