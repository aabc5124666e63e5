"""A quantized TFLite file with real numbers in place of its integers, for LiteRT to compute.

LiteRT runs the file's own operators and options on it, without rounding: what a float graph read
from the file has to equal within float32. Nothing of `mcuq.importers` is used here, so that no
mistake is shared.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flatbuffers
import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

_INTEGERS = {
    schema.TensorType.INT8: np.int8,
    schema.TensorType.UINT8: np.uint8,
    schema.TensorType.INT16: np.int16,
    schema.TensorType.INT32: np.int32,
    schema.TensorType.INT64: np.int64,
}
_CONVERSIONS = (schema.BuiltinOperator.QUANTIZE, schema.BuiltinOperator.DEQUANTIZE)
_WITH_BIAS = {
    schema.BuiltinOperator.CONV_2D: slice(2, 3),
    schema.BuiltinOperator.DEPTHWISE_CONV_2D: slice(2, 3),
    schema.BuiltinOperator.FULLY_CONNECTED: slice(2, 3),
    schema.BuiltinOperator.TRANSPOSE_CONV: slice(3, 4),
    schema.BuiltinOperator.SVDF: slice(3, 4),
    schema.BuiltinOperator.UNIDIRECTIONAL_SEQUENCE_LSTM: slice(12, 16),
}
"""Operator → which operands are its biases."""


def is_quantized(content: bytes) -> bool:
    """Whether a tensor of the first subgraph holds integers with a scale."""
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    return any(_has_scale(tensor) for tensor in model.subgraphs[0].tensors)


def looks_up(content: bytes) -> bool:
    """Whether integers that have a scale are taken as plain numbers, to look something up.

    Between them no reals are defined, so that such a file has no float copy.
    """
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    subgraph = model.subgraphs[0]
    return any(
        _code(model, op) == schema.BuiltinOperator.CAST
        and _has_scale(subgraph.tensors[int(op.inputs[0])])
        for op in subgraph.operators
    )


def float_copy(content: bytes) -> bytes:
    """The file with float32 tensors at the same indices, and without QUANTIZE and DEQUANTIZE."""
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    subgraph = model.subgraphs[0]
    biases = _biases(model, subgraph)
    for initial in model.subgraphs[1:]:  # what they set is what the first one reads
        for tensor in initial.tensors:
            if _has_scale(tensor):
                _to_float(model, tensor)
    for index, tensor in enumerate(subgraph.tensors):
        if _has_scale(tensor) and (tensor.type != schema.TensorType.INT32 or index in biases):
            _to_float(model, tensor)
    _drop_conversions(model, subgraph)
    builder = flatbuffers.Builder(len(content) * 2)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _has_scale(tensor: Any) -> bool:
    stored = tensor.quantization
    known = tensor.type in _INTEGERS or tensor.type == schema.TensorType.INT4
    return known and stored is not None and stored.scale is not None and len(stored.scale) > 0


def _biases(model: Any, subgraph: Any) -> set[int]:
    """Indices of the tensors that are read as biases."""
    found = set()
    for op in subgraph.operators:
        found.update(op.inputs[_WITH_BIAS.get(_code(model, op), slice(0))])
    return found


def _code(model: Any, op: Any) -> int:
    code = model.operatorCodes[op.opcodeIndex]
    return max(int(code.builtinCode), int(code.deprecatedBuiltinCode))


def _to_float(model: Any, tensor: Any) -> None:
    data = model.buffers[tensor.buffer].data
    if data is not None and len(data):
        real = _reals(tensor, np.asarray(data, np.uint8))
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(real.astype(np.float32).tobytes(), np.uint8)
        tensor.buffer = len(model.buffers)
        model.buffers.append(buffer)
    tensor.type, tensor.quantization = schema.TensorType.FLOAT32, None


def _reals(tensor: Any, raw: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """scale × (integer - zero point), along the quantized dimension where there are several."""
    shape = [] if tensor.shape is None else [int(size) for size in tensor.shape]
    values = _unpacked(tensor.type, raw, int(np.prod(shape))).reshape(shape).astype(np.float64)
    stored = tensor.quantization
    scale = np.asarray(stored.scale, np.float64)
    zero = np.zeros(1) if stored.zeroPoint is None else np.asarray(stored.zeroPoint, np.float64)
    if scale.size > 1:
        along = [1] * values.ndim
        # One dimension has but one place for them, whatever the file says.
        along[stored.quantizedDimension if values.ndim > 1 else 0] = scale.size
        scale = scale.reshape(along)
        zero = zero.reshape(along) if zero.size > 1 else zero.reshape([1] * values.ndim)
    elif zero.size:
        scale, zero = scale.reshape(()), zero[:1].reshape(())
    real: npt.NDArray[np.float64] = (values - zero) * scale
    return real


def _unpacked(kind: int, raw: npt.NDArray[np.uint8], count: int) -> npt.NDArray[Any]:
    if kind != schema.TensorType.INT4:
        return np.frombuffer(raw.tobytes(), _INTEGERS[kind])[:count]
    nibbles = np.stack([raw & 15, raw >> 4], axis=-1).reshape(-1)[:count].astype(np.int8)
    return np.where(nibbles > 7, nibbles - 16, nibbles)


def _drop_conversions(model: Any, subgraph: Any) -> None:
    """Readers of a conversion's result read what it converts, where both are float32 by now."""
    alias: dict[int, int] = {}
    kept = []
    for op in subgraph.operators:
        op.inputs = np.array([_followed(alias, index) for index in op.inputs], np.int32)
        ends = (*op.inputs[:1], *op.outputs)
        floats = all(subgraph.tensors[i].type == schema.TensorType.FLOAT32 for i in ends)
        if _code(model, op) in _CONVERSIONS and floats:
            alias[int(op.outputs[0])] = int(op.inputs[0])
        else:
            kept.append(op)
    subgraph.operators = kept
    subgraph.outputs = np.array([_followed(alias, i) for i in subgraph.outputs], np.int32)
    model.signatureDefs = None


def _followed(alias: Mapping[int, int], index: int) -> int:
    return alias.get(int(index), int(index))
