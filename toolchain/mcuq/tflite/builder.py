"""Write a TFLite flatbuffer from plain descriptions of its tensors and operators.

The same arguments give the same bytes: nothing depends on time, hashing or set order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import flatbuffers
import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

from mcuq.content import ByContent
from mcuq.numeric import pack_int4
from mcuq.tflite.operators.catalog import operator_version

_IDENTIFIER = b"TFL3"
_SCHEMA_VERSION = 3
_ALIGNMENT = 16
"""Bytes; interpreters use constants in place, the schema forces this alignment."""
_PLACEHOLDER_CODE = 127
"""`deprecatedBuiltinCode` where the real code does not fit its 8 bits."""


@dataclass(frozen=True, eq=False)
class TensorSpec(ByContent):
    """One tensor of the file.

    Attributes:
        name: unique among the tensors.
        shape: static.
        dtype: "float32", "int8", "int4", "int16", "int32", "uint8", "bool", "resource"…: the
            schema's names.
        data: constants only; array of `shape` in `dtype` (int4: int8 array, one value an element).
        scale: float32, one value or one a channel; None for unquantized tensors.
        zero_point: as many as `scale`; None means zeros.
        axis: channel dimension of a per-channel scale.
        is_variable: what an operator keeps in it stays from run to run.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    data: npt.NDArray[Any] | None = None
    scale: npt.NDArray[Any] | None = None
    zero_point: npt.NDArray[Any] | None = None
    axis: int | None = None
    is_variable: bool = False


@dataclass(frozen=True)
class OperatorSpec:
    """One operator of the file.

    Attributes:
        kind: BuiltinOperator name, for example "CONV_2D".
        inputs: tensor indices, -1 where an optional input is absent.
        outputs: tensor indices.
        options: the schema's `*OptionsT` object, or None.
        intermediates: tensor indices of what an interpreter keeps for its parts.
        version: None takes the right one for the tensors' dtypes.
    """

    kind: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Any = None
    version: int | None = None
    intermediates: tuple[int, ...] = ()


Subgraph = tuple[Sequence[TensorSpec], Sequence[OperatorSpec]]
"""Tensors in index order, operators in execution order."""


def build_model(
    tensors: Sequence[TensorSpec],
    operators: Sequence[OperatorSpec],
    inputs: Sequence[int],
    outputs: Sequence[int],
    *,
    name: str = "main",
    description: str = "mcuq",
    once: Subgraph | None = None,
) -> bytes:
    """Bytes of a model of one subgraph with a "serving_default" signature.

    Args:
        tensors: in index order.
        operators: in execution order.
        inputs: indices of the model's inputs.
        outputs: indices of the model's outputs.
        name: the subgraph's name.
        description: the model's description.
        once: a second subgraph, without inputs and outputs, which a CALL_ONCE names.
    """
    buffers = [_Buffer()]
    codes: dict[tuple[str, int], int] = {}
    model = schema.ModelT()
    model.version = _SCHEMA_VERSION
    model.description = description
    model.subgraphs = [_subgraph(name, tensors, operators, buffers, codes)]
    model.subgraphs[0].inputs, model.subgraphs[0].outputs = list(inputs), list(outputs)
    if once is not None:
        model.subgraphs.append(_subgraph(f"{name}_once", *once, buffers, codes))
    model.operatorCodes = [_operator_code(kind, version) for kind, version in codes]
    model.signatureDefs = [_signature(tensors, inputs, outputs)]
    model.buffers = buffers
    builder = flatbuffers.Builder(1024 + sum(buffer.size for buffer in buffers))
    builder.Finish(model.Pack(builder), file_identifier=_IDENTIFIER)
    return bytes(builder.Output())


def _subgraph(
    name: str,
    tensors: Sequence[TensorSpec],
    operators: Sequence[OperatorSpec],
    buffers: list[_Buffer],
    codes: dict[tuple[str, int], int],
) -> Any:
    subgraph = schema.SubGraphT()
    subgraph.name = name
    subgraph.tensors = [_tensor(spec, buffers) for spec in tensors]
    subgraph.inputs, subgraph.outputs = [], []
    subgraph.operators = [_operator(spec, tensors, codes) for spec in operators]
    return subgraph


class _Buffer:
    """A buffer whose data is aligned; stands in for the schema's BufferT, which does not align."""

    def __init__(self, data: bytes = b"") -> None:
        self._data = data

    @property
    def size(self) -> int:
        return len(self._data)

    def Pack(self, builder: Any) -> int:  # noqa: N802 - the schema's ModelT calls it so
        if self._data:
            builder.Prep(_ALIGNMENT, len(self._data))
            vector = builder.CreateByteVector(self._data)
        schema.BufferStart(builder)
        if self._data:
            schema.BufferAddData(builder, vector)
        return int(schema.BufferEnd(builder))


def _tensor(spec: TensorSpec, buffers: list[_Buffer]) -> Any:
    tensor = schema.TensorT()
    tensor.name = spec.name
    tensor.shape = list(spec.shape)
    tensor.type = getattr(schema.TensorType, spec.dtype.upper())
    tensor.hasRank = True
    tensor.isVariable = spec.is_variable
    if spec.data is not None:
        tensor.buffer = len(buffers)
        buffers.append(_Buffer(_stored_bytes(spec, spec.data)))
    if spec.scale is not None:
        tensor.quantization = _quantization(spec, spec.scale)
    return tensor


def _stored_bytes(spec: TensorSpec, data: npt.NDArray[Any]) -> bytes:
    if data.size != math.prod(spec.shape):
        raise ValueError(f"{spec.name}: {data.size} values for shape {spec.shape}")
    if spec.dtype == "int4":
        return pack_int4(data.astype(np.int8)).tobytes()
    dtype = np.dtype(spec.dtype).newbyteorder("<")
    return np.ascontiguousarray(data, dtype).tobytes()


def _quantization(spec: TensorSpec, scale: npt.NDArray[Any]) -> Any:
    quantization = schema.QuantizationParametersT()
    quantization.scale = np.atleast_1d(scale).astype(np.float32)
    zeros = np.zeros_like(quantization.scale) if spec.zero_point is None else spec.zero_point
    quantization.zeroPoint = np.atleast_1d(zeros).astype(np.int64)
    quantization.quantizedDimension = spec.axis or 0
    return quantization


def _operator(
    spec: OperatorSpec, tensors: Sequence[TensorSpec], codes: dict[tuple[str, int], int]
) -> Any:
    version = spec.version
    if version is None:
        inputs = [tensors[index].dtype for index in spec.inputs if index >= 0]
        outputs = [tensors[index].dtype for index in spec.outputs]
        version = operator_version(spec.kind, inputs, outputs, spec.options)
    operator = schema.OperatorT()
    operator.opcodeIndex = codes.setdefault((spec.kind, version), len(codes))
    operator.inputs, operator.outputs = list(spec.inputs), list(spec.outputs)
    if spec.intermediates:
        operator.intermediates = list(spec.intermediates)
    if spec.options is not None:
        union_name = type(spec.options).__name__.removesuffix("T")
        operator.builtinOptionsType = getattr(schema.BuiltinOptions, union_name)
        operator.builtinOptions = spec.options
    return operator


def _operator_code(kind: str, version: int) -> Any:
    code = schema.OperatorCodeT()
    code.builtinCode = getattr(schema.BuiltinOperator, kind)
    code.deprecatedBuiltinCode = min(code.builtinCode, _PLACEHOLDER_CODE)
    code.version = version
    return code


def _signature(tensors: Sequence[TensorSpec], inputs: Sequence[int], outputs: Sequence[int]) -> Any:
    signature = schema.SignatureDefT()
    signature.signatureKey = "serving_default"
    signature.inputs = [_tensor_map(tensors, index) for index in inputs]
    signature.outputs = [_tensor_map(tensors, index) for index in outputs]
    return signature


def _tensor_map(tensors: Sequence[TensorSpec], index: int) -> Any:
    entry = schema.TensorMapT()
    entry.name = tensors[index].name
    entry.tensorIndex = index
    return entry
