"""What TensorFlow Lite takes for granted about types, scales and zero points.

Its kernels read some of them from the file and assume the rest. A file that says something else
would be computed otherwise than it reads, so it is refused. Constraints are on operators of the
file, with their tensors as stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.importers.constraints import check
from mcuq.importers.refusals import Refusals
from mcuq.importers.tflite.records import WEIGHTED, FileModel, FileOp, FileTensor, Quantization
from mcuq.importers.tflite.recurrent_scales import RECURRENT_CONSTRAINTS
from mcuq.importers.tflite.stored import StoredOp
from mcuq.numeric.tensor import AffineParams
from mcuq.ops.catalog import operator
from mcuq.ops.softmax import WIDENED_UNIT
from mcuq.tflite.operators.catalog import CONVERSIONS, RULES
from mcuq.tflite.operators.recurrent import BIASES

_CONVERSIONS = CONVERSIONS
_BITS = {"int8": 8, "int16": 16}
_KEPT_TOLERANCE = 1e-6
"""Of a scale to the same one elsewhere."""
_SCALE_TOLERANCE = 1e-3
"""Of a scale to the one that it stands for; converters round the last places."""
_BIAS_TYPES: Mapping[str, tuple[str, ...]] = {
    "float32": ("float32",),
    "int8": ("int32",),
    "uint8": ("int32",),
    "int16": ("int64", "int32"),
}


def check_arithmetic(model: FileModel, refusals: Refusals) -> FileModel:
    """The model with the scales of biases that have none.

    Args:
        refusals: collects operators that would be computed otherwise than they read.
    """
    tensors = list(model.tensors)
    for op in model.ops:
        if op.index not in refusals.left:
            refusals.attempt(_check, op, tensors)
    return replace(model, tensors=tuple(tensors))


def _check(op: FileOp, tensors: list[FileTensor]) -> None:
    view = _stored(op, tensors)
    if op.kind in WEIGHTED and len(view.operands) > 1:
        _give_bias_scale(view, tensors)
        check(_stored(op, tensors), _WEIGHTED_CONSTRAINTS)
    elif op.kind == "SOFTMAX" and _widens(view):
        check(view, (widened_shares,))
    elif op.kind == "CAST":
        check(view, (plain_cast,))
    elif op.kind in BIASES:
        check(view, (symmetric_types, *RECURRENT_CONSTRAINTS))
    elif op.kind not in _CONVERSIONS:
        check(view, _CONSTRAINTS)


def _stored(op: FileOp, tensors: Sequence[FileTensor]) -> StoredOp:
    operands = tuple(tensors[index] if index >= 0 else None for index in op.inputs)
    return StoredOp(op, operands, tuple(tensors[index] for index in op.outputs))


def plain_cast(view: StoredOp) -> str | None:
    """A cast is of values that have no scale: it takes integers as they are stored.

    Convert the model again: casts of quantized values go through DEQUANTIZE and QUANTIZE.
    """
    scaled = [t.name for t in view.values if t.quantization is not None]
    return f"{scaled[0]!r} has one" if scaled else None


def one_type(view: StoredOp) -> str | None:
    """Operands and result of a layer have one type.

    Kernels take the type of the first operand for all: convert the model again.
    """
    real = [t for t in view.values if t.dtype == "float32" or t.quantization is not None]
    return _differing(real)


def weights_type(view: StoredOp) -> str | None:
    """The result of a layer with weights has its input's type, its bias the sum's.

    Kernels take the types for granted: convert the model again.
    """
    source, weights, bias = _weighted(view)
    if source is None or weights is None:
        return None
    different = _differing([source, *view.results])
    if different:
        return different
    if source.dtype != "float32" and weights.dtype not in ("int8", "uint8", "int4"):
        return f"{source.dtype} meets weights of {weights.dtype}"
    allowed = _BIAS_TYPES.get(source.dtype, ())
    if bias is not None and bias.dtype not in allowed:
        return f"{source.dtype} meets a bias of {bias.dtype}"
    return None


def _widens(view: StoredOp) -> bool:
    return [tensor.dtype for tensor in view.values] == ["int8", "int16"]


def widened_shares(view: StoredOp) -> str | None:
    """SOFTMAX of int8 values has an int16 result of scale 1/65536 and zero point -32768.

    Kernels write no other: convert the model again.
    """
    return _other_than(WIDENED_UNIT, view.results[0].quantization)


def symmetric_types(view: StoredOp) -> str | None:
    """16-bit values and biases are symmetric: their zero point is 0.

    Kernels take no other into account: convert the model again.
    """
    for tensor in (*view.operands, *view.results):
        stored = None if tensor is None else tensor.quantization
        if tensor is None or stored is None or tensor.dtype in ("int8", "uint8"):
            continue
        if np.any(stored.zero_point != 0):
            return f"{tensor.name!r} of {tensor.dtype} has {stored.zero_point[0]}"
    return None


def symmetric_filter(view: StoredOp) -> str | None:
    """The zero point of a convolution's weights is 0.

    Kernels take no other into account: convert the model again, with symmetric weights.
    """
    source, weights, _ = _weighted(view)
    stored = None if weights is None else weights.quantization
    if source is None or stored is None or source.dtype in ("float32", "uint8"):
        return None
    if view.op.kind == "FULLY_CONNECTED" or not np.any(stored.zero_point != 0):
        return None
    return f"it is {stored.zero_point[stored.zero_point != 0][0]}"


def channel_scales(view: StoredOp) -> str | None:
    """Several scales of weights belong to the output channels.

    Kernels take them for those: convert the model again.
    """
    _, weights, _ = _weighted(view)
    stored = None if weights is None else weights.quantization
    if (
        stored is None
        or stored.scale.size == 1
        or stored.axis == operator(view.op.kind).filter_axis
    ):
        return None
    return f"they belong to dimension {stored.axis}"


def bias_scale(view: StoredOp) -> str | None:
    """The scale of a bias is the input's times the weights'.

    Kernels add its integers to the sums and never read it: convert the model again.
    """
    source, weights, bias = _weighted(view)
    if source is None or weights is None or bias is None or bias.data is None:
        return None
    expected, stated = _product_scale(source, weights), bias.quantization
    if expected is None or stated is None:
        return None
    if stated.scale.size not in (1, expected.size, bias.data.size):
        return f"there are {stated.scale.size} for {expected.size} channels"
    pairs = np.broadcast_arrays(stated.scale.astype(np.float64), expected, bias.data.reshape(-1))
    wrong = (np.abs(pairs[0] - pairs[1]) > _SCALE_TOLERANCE * pairs[1]) & (pairs[2] != 0)
    if not wrong.any():
        return None
    return f"it is {pairs[0][wrong][0]:g}, theirs {pairs[1][wrong][0]:g}"


def kept_scale(view: StoredOp) -> str | None:
    """An operator that moves or selects values leaves their scale and zero point as they are.

    Kernels hand the integers on: convert the model again, or put a QUANTIZE behind the operator.
    """
    rule = RULES.get(view.op.kind)
    if rule is None or not view.results:
        return None
    if not (rule.kind.scale.same or rule.kind.scale.joined):
        return None
    result = view.results[0].quantization
    for tensor in view.values:
        other = tensor.quantization
        if result is None or other is None or (tensor.data is not None and not tensor.data.any()):
            continue
        apart = np.abs(other.scale[0] - result.scale[0]) > _KEPT_TOLERANCE * result.scale[0]
        if apart or other.zero_point[0] != result.zero_point[0]:
            return (
                f"{tensor.name!r} has {other.scale[0]:g} and {other.zero_point[0]}, "
                f"the result {result.scale[0]:g} and {result.zero_point[0]}"
            )
    return None


def fixed_scale(view: StoredOp) -> str | None:
    """SOFTMAX, LOGISTIC and TANH have the scale and zero point that TensorFlow Lite prescribes.

    Kernels write no other: convert the model again.
    """
    rule, result = RULES.get(view.op.kind), view.results[0] if view.results else None
    bits = None if result is None else _BITS.get(result.dtype)
    if rule is None or result is None or result.quantization is None or bits is None:
        return None
    expected = rule.kind.scale.prescribed(bits)
    return None if expected is None else _other_than(expected, result.quantization)


def _other_than(expected: AffineParams, found: Quantization | None) -> str | None:
    if found is None:
        return "there are none"
    scale, zero_point = found.scale[0], found.zero_point[0]
    near = abs(scale - expected.scale) <= _SCALE_TOLERANCE * expected.scale
    if near and zero_point == expected.zero_point:
        return None
    return f"{scale:g} and {zero_point}, not {expected.scale:g} and {expected.zero_point}"


_CONSTRAINTS = (one_type, symmetric_types, kept_scale, fixed_scale)
_WEIGHTED_CONSTRAINTS = (
    weights_type,
    symmetric_types,
    symmetric_filter,
    channel_scales,
    bias_scale,
)


def _differing(tensors: Iterable[FileTensor]) -> str | None:
    types = dict.fromkeys(tensor.dtype for tensor in tensors)
    return None if len(types) < 2 else f"they are {' and '.join(types)}"


def _weighted(view: StoredOp) -> tuple[FileTensor | None, FileTensor | None, FileTensor | None]:
    """Input, filter and bias."""
    source, weights, bias = (*view.operands, None, None)[:3]
    return source, weights, bias


def _product_scale(source: FileTensor, weights: FileTensor) -> npt.NDArray[np.float64] | None:
    if source.quantization is None or weights.quantization is None:
        return None
    scale = weights.quantization.scale.astype(np.float64)
    product: npt.NDArray[np.float64] = float(source.quantization.scale[0]) * scale
    return product


def _give_bias_scale(view: StoredOp, tensors: list[FileTensor]) -> None:
    """Kernels never read the scale of an integer bias, so that a file may leave it out."""
    source, weights, bias = _weighted(view)
    if source is None or weights is None or bias is None or bias.quantization is not None:
        return
    product = _product_scale(source, weights)
    if product is None or bias.dtype not in _BIAS_TYPES.get(source.dtype, ()):
        return
    tensors[bias.index] = replace(bias, quantization=_symmetric(product.astype(np.float32)))


def _symmetric(scale: npt.NDArray[Any]) -> Quantization:
    return Quantization(scale, np.zeros(scale.size, np.int64), 0)
