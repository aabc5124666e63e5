"""A TFLite file that is quantized already, as the integers it holds."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.calibrate import OBSERVERS, Ranges
from mcuq.errors import InputError
from mcuq.graph import Op, Tensor
from mcuq.importers.buildable import check_buildable
from mcuq.importers.tflite import read_tflite
from mcuq.importers.tflite.convert import Converted
from mcuq.importers.tflite.records import FileTensor
from mcuq.numeric import integer_limits, quantize_values
from mcuq.numeric.element import Element
from mcuq.numeric.tensor import QuantizedTensor, exact
from mcuq.ops.conversion import QUANTIZE
from mcuq.ops.functions import ABS
from mcuq.ops.operator import NoForm
from mcuq.ops.softmax import SOFTMAX
from mcuq.quantized import has_room
from mcuq.quantized.qgraph import QuantizedGraph, stored_states

_BITS = {"int8": 8, "int4": 4, "int16": 16, "int32": 32, "int64": 64}
_BIASES = {8: ("int32",), 16: ("int64", "int32")}
"""Types of biases beside activations of a width."""
_HINT = "quantize it anew instead: give the file as a model, with calibration data"


def load_quantized(source: Path | bytes) -> QuantizedGraph:
    """The integer model of an int8 or 16x8 TFLite file, weights, scales, zero points as they are.

    QUANTIZE and DEQUANTIZE at the edges are left out: inputs and outputs are int8, or int16.
    Rescaling between layers is a LEAKY_RELU of slope 1, or a QUANTIZE between int8 and int16.

    Raises:
        InputError: unreadable or not supported; or not quantized throughout: float layers, layers
            that join values of different widths, unsigned layers, asymmetric weights.
    """
    converted = read_tflite(source, keep_rescaling=True)
    graph = check_buildable(converted.graph)
    parameters = {name: op for op in graph.ops if op.kind.weighted for name in op.inputs[1:]}
    own = {name for op in graph.ops if op.kind.kept for name in op.inputs[1 : -op.kind.kept]}
    tensors = {
        name: _own(converted, name)
        if name in own
        else _parameter(converted, name, parameters[name])
        if name in parameters
        else _value(converted, name)
        for name in graph.tensors
    }
    states = stored_states(graph.states, tensors)
    qgraph = QuantizedGraph(graph.name, tensors, graph.ops, graph.inputs, graph.outputs, states)
    _check_widths(qgraph)
    _check_room(qgraph)
    return qgraph


def _check_widths(qgraph: QuantizedGraph) -> None:
    """Raise where an operator joins activations of 8 and of 16 bits, or has no 16-bit form.

    QUANTIZE is there to change the width, and a SOFTMAX may widen.
    """
    for op in qgraph.ops:
        values = op.inputs[:1] if op.kind.weighted or op.kind.kept else op.inputs
        tensors = [qgraph.tensors[name] for name in (*values, op.output)]
        widths = {tensor.bits for tensor in tensors if tensor.element is Element.REAL}
        if op.kind is QUANTIZE or (op.kind is SOFTMAX and tensors[0].bits == 8):
            continue
        if len(widths) > 1 or (widths == {16} and isinstance(op.kind.int16, NoForm)):
            found = " and ".join(f"{bits}-bit" for bits in sorted(widths))
            raise InputError(f"{op.kind.name} {op.output!r} has {found} activations", _HINT)


def _check_room(qgraph: QuantizedGraph) -> None:
    magnitudes = {op.output for op in qgraph.ops if op.kind is ABS}
    for op in qgraph.ops:
        source = qgraph.tensors[op.inputs[0]]
        is_quantized = not source.is_float and source.element is Element.REAL
        safe = source.name in magnitudes or not is_quantized
        if not safe and not op.kind.guard.takes(source.affine, source.bits):
            raise InputError(
                f"{op.kind.name} {op.output!r} reads integers that stand for values below "
                f"{op.kind.guard.least_value:g}, where TensorFlow Lite Micro stops",
                "convert the model again with values in front of it that are never below",
            )
        if not has_room(qgraph, op):
            raise InputError(
                f"the scales around {op.output!r} ({op.kind.name}) are so far apart that its "
                "integers overflow",
                "the quantization is broken: convert the model again, with calibration data like "
                "what the device will see",
            )


def stored_ranges(qgraph: QuantizedGraph, observers: Collection[str] = OBSERVERS) -> Ranges:
    """The range that each activation's integers span, the same for every observer.

    With the float graph of the same file this quantizes a model anew without calibration data.
    """
    spans = {
        name: (
            float(tensor.scale[0]) * (integer_limits(tensor.bits)[0] - tensor.zero_point),
            float(tensor.scale[0]) * (integer_limits(tensor.bits)[1] - tensor.zero_point),
        )
        for name, tensor in qgraph.tensors.items()
        if not tensor.is_constant
    }
    return Ranges({name: dict.fromkeys(observers, span) for name, span in spans.items()})


def _value(converted: Converted, name: str) -> QuantizedTensor:
    """An activation, or a constant that an element-wise operator reads."""
    tensor, record = converted.graph.tensors[name], converted.records.get(name)
    if tensor.element is not Element.REAL:
        return _exact(tensor, record)
    stored = None if record is None else record.quantization
    allowed = ("int8", "int16")
    if record is None or stored is None or record.dtype not in allowed or stored.scale.size != 1:
        form = "unknown" if record is None else record.dtype
        if record is not None and record.dtype in allowed:
            form += f" with {0 if stored is None else stored.scale.size} scales"
        raise InputError(f"tensor {name!r} is stored as {form}, not as int8", _HINT)
    data = None
    scale, bits = stored.scale.astype(np.float32), _BITS[record.dtype]
    if tensor.data is not None and record.data is None:
        # Integers that were moved while the file was read: the real numbers that they stand for.
        data = quantize_values(tensor.data, scale[0], int(stored.zero_point[0]), bits)
    elif tensor.is_constant:
        data = _integers(record, name).reshape(tensor.shape).astype(record.dtype)
    return QuantizedTensor(name, tensor.shape, bits, scale, int(stored.zero_point[0]), None, data)


def _exact(tensor: Tensor, record: FileTensor | None) -> QuantizedTensor:
    """Integers or truth values."""
    if record is not None and record.dtype != tensor.element:
        raise InputError(
            f"tensor {tensor.name!r} is stored as {record.dtype}, TensorFlow Lite Micro computes "
            f"with {tensor.element}",
            f"convert the model again with {tensor.element}, or quantize it anew",
        )
    return exact(tensor.name, tensor.shape, tensor.element, tensor.data)


def _parameter(converted: Converted, name: str, op: Op) -> QuantizedTensor:
    """A filter (int8 or int4) or a bias (int32)."""
    record = converted.records[name]
    is_bias = name == op.inputs[-1] and len(op.inputs) == 3
    stored = record.quantization
    source = converted.records.get(op.inputs[0])
    width = 16 if source is not None and source.dtype == "int16" else 8
    allowed = _BIASES[width] if is_bias else ("int8", "int4")
    if stored is None or record.dtype not in allowed or np.any(stored.zero_point != 0):
        kind = "bias" if is_bias else "filter"
        raise InputError(
            f"{kind} {name!r} is stored as {record.dtype}, not as symmetric {allowed[0]}", _HINT
        )
    shape = converted.graph.tensors[name].shape
    data = _integers(record, name).reshape(shape)
    axis = stored.axis if stored.scale.size > 1 else None
    bits = {8: 32, 16: 64}[width] if is_bias else _BITS[record.dtype]
    values = data.astype(f"int{max(bits, 8)}")
    scale = stored.scale.astype(np.float32)
    return QuantizedTensor(name, shape, bits, scale, 0, axis, values)


def _own(converted: Converted, name: str) -> QuantizedTensor:
    """Weights or a bias of an operator that keeps states, of the types that it asks for."""
    record = converted.records[name]
    stored, data = record.quantization, _integers(record, name)
    if stored is None or stored.scale.size != 1 or stored.zero_point[0] != 0:
        raise InputError(f"constant {name!r} is not stored symmetric, with one scale", _HINT)
    scale = stored.scale.astype(np.float32)
    return QuantizedTensor(name, record.shape, _BITS[record.dtype], scale, 0, None, data)


def _integers(record: FileTensor, name: str) -> npt.NDArray[Any]:
    if record.data is None:
        raise InputError(f"constant {name!r} is computed in the file", _HINT)
    return record.data
