"""Flatbuffers that differ in numbers only: built once, then filled in.

Building a flatbuffer takes longer than running a small model. Where two models have the same
tensors by name, shape, type and number of scales, and the same operators, their files differ only
in weights, biases, scales and zero points, which lie at the same places.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from mcuq.tflite.builder import TensorSpec


@dataclass(frozen=True)
class _Places:
    """Offsets of one tensor's numbers in the file, in bytes; None for those it has not."""

    data: int | None
    scale: int | None
    zero_point: int | None


class Template:
    """A finished file and where the numbers of each tensor are.

    Args:
        flatbuffer: built from tensors of the same form as those that `fill` will be given.
    """

    def __init__(self, flatbuffer: bytes) -> None:
        self._bytes = bytearray(flatbuffer)
        model = schema.Model.GetRootAs(flatbuffer, 0)
        graph = model.Subgraphs(0)
        self._places = [_places(model, graph.Tensors(i)) for i in range(graph.TensorsLength())]

    def fill(self, tensors: Sequence[TensorSpec]) -> bytes:
        """The file with the numbers of `tensors`: equal to building it anew."""
        for spec, places in zip(tensors, self._places, strict=True):
            if places.data is not None:
                self._write(places.data, spec.data, np.dtype(spec.dtype))
            if places.scale is not None:
                self._write(places.scale, spec.scale, np.dtype(np.float32))
            if places.zero_point is not None and spec.zero_point is not None:
                self._write(places.zero_point, spec.zero_point, np.dtype(np.int64))
        return bytes(self._bytes)

    def _write(self, offset: int, values: Any, dtype: np.dtype[Any]) -> None:
        stored = np.ascontiguousarray(values, dtype.newbyteorder("<")).tobytes()
        self._bytes[offset : offset + len(stored)] = stored


def _places(model: Any, tensor: Any) -> _Places:
    buffer = model.Buffers(tensor.Buffer())
    quantization = tensor.Quantization()
    return _Places(
        _vector(buffer, 4, buffer.DataLength()),
        _vector(quantization, 8, quantization.ScaleLength()) if quantization else None,
        _vector(quantization, 10, quantization.ZeroPointLength()) if quantization else None,
    )


def _vector(table: Any, field: int, length: int) -> int | None:
    """Where the vector in a table's field (its offset in the vtable) starts."""
    if length == 0:
        return None
    found = table._tab  # the generated classes offer elements, not places
    return int(found.Vector(found.Offset(field)))
