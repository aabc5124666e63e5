"""Lowered calls of one operator, run on the host with the arguments that the C code would pass."""

from __future__ import annotations

from typing import Any

import numpy as np
from kernel_cases import Int8s
from kernel_native import call as call_kernel

from mcuq.lower.program import Argument, Array, Call, DirectionRef, Field, SmallInteger, Struct
from mcuq.lower.program import ScratchRef as Scratch
from mcuq.lower.program import TensorRef as Tensor

_ADDRESS = 8


def run_call(call: Call, values: Int8s, shape: tuple[int, ...]) -> Int8s:
    """The output of a call that reads one activation; input, output and scratch lie apart."""
    output = np.full(shape, 99, np.int8)
    scratch = np.zeros(call.scratch_bytes // 8 + 1, np.int64)
    steps = [(call.function, call.arguments)]
    if call.rest:
        steps.append((call.rest.function, call.rest.arguments))
    for function, arguments in steps:
        alive: list[Any] = []
        places = [_place(a, call, values, output, scratch, alive) for a in arguments]
        call_kernel(function, *places)
    return output


def _place(
    argument: Argument,
    call: Call,
    values: Int8s,
    output: Int8s,
    scratch: np.ndarray,
    alive: list[Any],
) -> int | np.ndarray | None:
    if isinstance(argument, Struct):
        alive.append(np.frombuffer(_bytes(argument, alive), np.uint8))
        return alive[-1]
    if isinstance(argument, Array):
        return np.ascontiguousarray(argument.data)
    if isinstance(argument, Tensor):
        return output if argument.name in call.op.outputs else values
    return scratch if isinstance(argument, Scratch) else argument


def _bytes(struct: Struct, alive: list[Any]) -> bytes:
    """As the host lays the structure out, addresses included."""
    data = b""
    for _, value in struct.fields:
        part, align = _field(value, alive)
        data += bytes(-len(data) % align) + part
    return data + bytes(-len(data) % 4)


def _field(value: Field, alive: list[Any]) -> tuple[bytes, int]:
    if isinstance(value, Struct):
        return _bytes(value, alive), 4
    if isinstance(value, Array):
        alive.append(np.ascontiguousarray(value.data))
        return alive[-1].ctypes.data.to_bytes(_ADDRESS, "little"), _ADDRESS
    if isinstance(value, SmallInteger):
        return value.value.to_bytes(value.bytes, "little", signed=value.value < 0), value.bytes
    if isinstance(value, DirectionRef):
        return bytes(1), 1
    if isinstance(value, Scratch):
        return bytes(_ADDRESS), _ADDRESS
    assert isinstance(value, int | np.integer)
    return int(value).to_bytes(4, "little", signed=True), 4
