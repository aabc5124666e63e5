"""Lowered programs run on the host, with the arguments that C code would pass to the kernels."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from kernel_native import call as call_kernel

from mcuq.cost.memory import MemoryPlan
from mcuq.lower.program import (
    Argument,
    Array,
    Copied,
    DirectionRef,
    Field,
    Float32,
    ScratchRef,
    SmallInteger,
    Struct,
    TensorRef,
)

_ADDRESS = 8
_FILL = 0x55
Values = npt.NDArray[Any]


def run_calls(
    memory: MemoryPlan, inputs: Sequence[Values], call: Callable[..., int] = call_kernel
) -> list[Values]:
    """One sample, an array an input → an array an output, in an arena laid out as planned.

    Args:
        call: calls a function by its name.
    """
    return _Arena(memory, call).run(inputs)


class _Arena:
    """The bytes of a plan, and the addresses that its calls pass."""

    def __init__(self, memory: MemoryPlan, call: Callable[..., int]) -> None:
        self._memory = memory
        self._call = call
        # Words, so that the arena is aligned as the firmware's is.
        self._bytes = np.full(memory.arena_bytes // 8 + 1, 0, np.int64).view(np.uint8)
        self._bytes[:] = _FILL
        self._alive: list[Values] = []

    def run(self, inputs: Sequence[Values]) -> list[Values]:
        program = self._memory.program
        for name, values in zip(program.qgraph.inputs, inputs, strict=True):
            start = self._memory.offset(name)
            self._bytes[start : start + values.nbytes] = (
                np.ascontiguousarray(values).view(np.uint8).ravel()
            )
        for index, call in enumerate(program.calls):
            steps = [(call.function, call.arguments)]
            if call.rest:
                steps.append((call.rest.function, call.rest.arguments))
            for function, arguments in steps:
                self._call(function, *(self._place(each, index) for each in arguments))
        return [self._output(name) for name in program.qgraph.outputs]

    def _output(self, name: str) -> Values:
        tensor, start = self._memory.program.qgraph.tensors[name], self._memory.offset(name)
        stored = self._bytes[start : start + tensor.size * tensor.dtype.itemsize]
        return stored.view(tensor.dtype).reshape(tensor.shape).copy()

    def _place(self, argument: Argument, call: int) -> int | Values | None:
        if isinstance(argument, Struct):
            return self._kept(np.frombuffer(self._struct(argument, call)[0], np.uint8))
        if isinstance(argument, Array):
            return self._kept(np.ascontiguousarray(argument.data))
        if isinstance(argument, Copied):
            copy = self._kept(np.zeros(argument.nbytes // 4, np.int32))
            constant = np.ascontiguousarray(argument.array.data)
            self._call(argument.function, copy, constant, argument.nbytes)
            return copy
        if isinstance(argument, TensorRef | ScratchRef):
            return self._pointed(argument, call)
        return argument

    def _pointed(self, reference: TensorRef | ScratchRef, call: int) -> Values | None:
        if isinstance(reference, TensorRef):
            return self._bytes[self._memory.offset(reference.name) :]
        # Apart: addresses in it have the host's size, for which the plan does not align it.
        nbytes = self._memory.program.calls[call].scratch_bytes
        return self._kept(np.zeros(nbytes // 8 + 1, np.int64)) if nbytes else None

    def _kept(self, array: Values) -> Values:
        self._alive.append(array)
        return array

    def _struct(self, value: Struct, call: int) -> tuple[bytes, int]:
        """As the host lays the structure out, and its alignment."""
        data, widest = b"", 4
        for _, field in value.fields:
            part, align = self._field(field, call)
            data += bytes(-len(data) % align) + part
            widest = max(widest, align)
        return data + bytes(-len(data) % widest), widest

    def _field(self, value: Field, call: int) -> tuple[bytes, int]:
        if isinstance(value, Struct):
            return self._struct(value, call)
        if isinstance(value, Array | TensorRef | ScratchRef):
            place = self._place(value, call)
            address = place.ctypes.data if isinstance(place, np.ndarray) else 0
            return address.to_bytes(_ADDRESS, "little"), _ADDRESS
        if isinstance(value, SmallInteger):
            return value.value.to_bytes(value.bytes, "little", signed=value.value < 0), value.bytes
        if isinstance(value, DirectionRef):
            return bytes([self._memory.descends(call)]), 1
        if isinstance(value, Float32):
            return struct.pack("<f", value.value), 4
        return np.asarray(value, np.int32).tobytes(), 4
