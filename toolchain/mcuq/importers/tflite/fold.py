"""Operators that exporters leave on constants: computed while the model is read.

Three kinds: those that keep the number of elements (a weight's DEQUANTIZE, RESHAPE…) fold at any
size; arithmetic on shapes (SHAPE, PACK, STRIDED_SLICE… before a RESHAPE) folds on short vectors
only, and layers on real numbers up to a bound, so that a hostile file cannot ask for more memory
than it holds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

from mcuq.errors import InputError
from mcuq.importers.constraints import check
from mcuq.importers.tflite.constant_layers import layer_on_constants
from mcuq.importers.tflite.flatbuffer import malformed
from mcuq.tflite.operators.binary import Binary
from mcuq.tflite.operators.cast import Cast
from mcuq.tflite.operators.catalog import CONVERSIONS, RULES
from mcuq.tflite.operators.gathering import Gather
from mcuq.tflite.operators.movement import Concatenation, Pack
from mcuq.tflite.operators.pooling import Reducer
from mcuq.tflite.operators.slicing import STRIDED_SLICE_CONSTRAINTS, strided_slice_attrs
from mcuq.tflite.operators.view import FileOperand, OpView

Array = npt.NDArray[Any]
_SHAPE_ELEMENTS = 1024
"""More than any shape computation holds in all its operands together."""

_REAL_ELEMENTS = 1 << 20
"""Of a constant that a layer or a FILL gives: anchors of detectors, grids, masks have fewer."""

_CAST_TYPES = {
    schema.TensorType.FLOAT32: np.float32,
    schema.TensorType.INT32: np.int32,
    schema.TensorType.INT64: np.int64,
    schema.TensorType.BOOL: np.bool_,
}


def fold(op: OpView, exact: bool = False) -> Array | None:
    """The operator's result where it does not depend on the model's inputs, else None.

    Args:
        op: the operator.
        exact: leave layers that round to their kernels; what moves values does not.

    Raises:
        InputError: the constants do not fit the operator.
    """
    if op.kind == "SHAPE" and op.operands and op.operands[0] is not None:
        return np.array(op.shape(0), np.int32)
    if op.kind == "ZEROS_LIKE" and op.operands and op.operands[0] is not None:
        return _full(op.shape(0), _zero(op.operands[0]))
    present = [operand for operand in op.operands if operand is not None]
    constants = [operand.data for operand in present if operand.data is not None]
    if not constants or len(constants) < len(present):
        return None
    total = sum(data.size for data in constants)
    folder = _SAME_SIZE.get(op.kind)
    if folder is None and total <= _SHAPE_ELEMENTS:
        folder = _SHAPE_ARITHMETIC.get(op.kind)
    try:
        result = None if folder is None else folder(op)
        return layer_on_constants(op, _REAL_ELEMENTS, exact) if result is None else result
    except InputError:
        raise
    except (ValueError, IndexError, TypeError, OverflowError, AssertionError):
        raise malformed(f"{op.where} cannot work on its constant operands") from None


def _values(op: OpView, number: int = 0) -> Array:
    values = op.constant(number)
    assert values is not None
    return values


def _dequantize(op: OpView) -> Array:
    """float16 weights; quantized constants are real numbers already."""
    return _values(op).astype(np.float32)


def _cast(op: OpView) -> Array | None:
    dtype = _CAST_TYPES.get(op.uint8(Cast.OUT_TYPE))
    return None if dtype is None else _values(op).astype(dtype)


def _reshaped(op: OpView) -> Array:
    rule = RULES[op.kind]
    shape_constraints = rule.constraints[1:]  # the first asks for an operand that is no constant
    check(op, shape_constraints)
    return _values(op).reshape(rule.attrs(op).shape)


def _transpose(op: OpView) -> Array:
    rule = RULES[op.kind]
    check(op, rule.constraints[1:])
    return np.transpose(_values(op), rule.attrs(op).perm)


def _pack(op: OpView) -> Array:
    return np.stack(
        [_values(op, number) for number in range(len(op.operands))],
        axis=op.int32(Pack.AXIS),
    )


def _concatenation(op: OpView) -> Array:
    return np.concatenate(
        [_values(op, number) for number in range(len(op.operands))],
        axis=op.int32(Concatenation.AXIS),
    )


def _gather(op: OpView) -> Array | None:
    if op.int32(Gather.BATCH_DIMS) or _values(op, 1).ndim > 1:
        return None
    return np.take(_values(op), _values(op, 1), axis=op.int32(Gather.AXIS))


def _strided_slice(op: OpView) -> Array:
    check(op, STRIDED_SLICE_CONSTRAINTS)
    attrs = strided_slice_attrs(op)
    slices = tuple(
        slice(begin, None if end < 0 else end, stride)
        for begin, end, stride in zip(attrs.begin, attrs.end, attrs.strides, strict=True)
    )
    return _values(op)[slices].squeeze(axis=attrs.shrink)


def _slice(op: OpView) -> Array:
    begin, size = op.integers(1), op.integers(2)
    bounds = zip(begin, size, strict=True)
    return _values(op)[tuple(slice(b, None if n == -1 else b + n) for b, n in bounds)]


def _full(shape: tuple[int, ...], value: Any) -> Array | None:
    """One value everywhere, which takes no memory yet; None where it could take too much."""
    if min(shape, default=1) < 0 or math.prod(shape) > _REAL_ELEMENTS:
        return None
    return np.broadcast_to(value, shape)


def _zero(operand: FileOperand) -> Any:
    return np.float32(0) if operand.is_real else np.dtype(operand.dtype).type(0)


def _filled(op: OpView) -> Array | None:
    return _full(op.integers(1), _values(op).reshape(()))


def _broadcast_to(op: OpView) -> Array | None:
    shape = op.integers(1)
    return None if _full(shape, 0) is None else np.broadcast_to(_values(op), shape)


def _broadcast_args(op: OpView) -> Array:
    return np.array(np.broadcast_shapes(op.integers(0), op.integers(1)), np.int32)


def _product(op: OpView) -> Array:
    keep = op.boolean(Reducer.KEEP_DIMS)
    axes = op.integers(1)
    values = _values(op)
    return np.asarray(np.prod(values, axis=axes, keepdims=keep), values.dtype)


def _arithmetic(function: Callable[[Array, Array], Array]) -> Callable[[OpView], Array | None]:
    def apply(op: OpView) -> Array | None:
        if op.uint8(Binary.ACTIVATION) or _values(op).ndim > 1 or _values(op, 1).ndim > 1:
            return None
        return function(_values(op), _values(op, 1))

    return apply


def _elementwise(function: Callable[..., Array]) -> Callable[[OpView], Array | None]:
    """A comparison, a logical operation or a choice: the masks that frameworks compute."""

    def apply(op: OpView) -> Array | None:
        if any(operand is not None and operand.quantized for operand in op.operands):
            return None
        shape = np.broadcast_shapes(*(op.shape(number) for number in range(len(op.operands))))
        if _full(shape, 0) is None:
            return None
        return function(*(_values(op, number) for number in range(len(op.operands))))

    return apply


_TRUTHS: dict[str, Callable[[OpView], Array | None]] = {
    "EQUAL": _elementwise(np.equal),
    "NOT_EQUAL": _elementwise(np.not_equal),
    "GREATER": _elementwise(np.greater),
    "GREATER_EQUAL": _elementwise(np.greater_equal),
    "LESS": _elementwise(np.less),
    "LESS_EQUAL": _elementwise(np.less_equal),
    "LOGICAL_AND": _elementwise(np.logical_and),
    "LOGICAL_OR": _elementwise(np.logical_or),
    "LOGICAL_NOT": _elementwise(np.logical_not),
    "SELECT": _elementwise(np.where),
    "SELECT_V2": _elementwise(np.where),
}
_SAME_SIZE: dict[str, Callable[[OpView], Array | None]] = {
    "DEQUANTIZE": _dequantize,
    "CAST": _cast,
    "RESHAPE": _reshaped,
    "SQUEEZE": _reshaped,
    "EXPAND_DIMS": _reshaped,
    "TRANSPOSE": _transpose,
    **_TRUTHS,
}
_SHAPE_ARITHMETIC: dict[str, Callable[[OpView], Array | None]] = {
    "PACK": _pack,
    "CONCATENATION": _concatenation,
    "GATHER": _gather,
    "FILL": _filled,
    "BROADCAST_TO": _broadcast_to,
    "BROADCAST_ARGS": _broadcast_args,
    "STRIDED_SLICE": _strided_slice,
    "SLICE": _slice,
    "REDUCE_PROD": _product,
    "ADD": _arithmetic(np.add),
    "SUB": _arithmetic(np.subtract),
    "MUL": _arithmetic(np.multiply),
}
FOLDABLE = frozenset({*_SAME_SIZE, *_SHAPE_ARITHMETIC, "SHAPE", "ZEROS_LIKE", *CONVERSIONS})
"""Operators that need no rule of their own where they work on constants."""
