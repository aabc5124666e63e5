"""Constant arrays and parameter structures as C definitions, each distinct content once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from mcuq.cost.memory import MemoryPlan
from mcuq.emit.c.literals import c_float
from mcuq.lower.program import (
    CTYPES,
    Argument,
    Array,
    Call,
    Copied,
    DirectionRef,
    Field,
    Float32,
    ScratchRef,
    SmallInteger,
    Struct,
    TensorRef,
)

_LINE = 100


class Pool:
    """Names and definitions of the constants of one model, in order of first use."""

    def __init__(self, memory: MemoryPlan) -> None:
        self._memory = memory
        self._names: dict[object, str] = {}

    def define(self, index: int, call: Call) -> Iterator[str]:
        """Definitions that `call` needs and that no earlier call has brought."""
        for array in call.arrays():
            if array.key not in self._names:
                self._names[array.key] = self._free(f"{array.role}_{index}")
                yield array_definition(self._names[array.key], array.data)
        for struct in call.structs():
            key = struct.key(index, self._memory.descends)
            if key not in self._names:
                name = self._free(f"{_short(struct.ctype)}_{index}")
                self._names[key] = name
                body = self._initializer(struct, index)
                yield f"static const {struct.ctype} {name} = {body};"

    def _free(self, name: str) -> str:
        """The name, with a letter behind it where a constant of the same call has it."""
        taken = set(self._names.values())
        free: str = next(name + end for end in ("", *"bcdefgh") if name + end not in taken)
        return free

    def argument(self, value: Argument, index: int) -> str:
        """A call argument as a C expression."""
        if isinstance(value, Struct):
            return f"&{self._names[value.key(index, self._memory.descends)]}"
        if isinstance(value, Array):
            return "(const void *)" * value.opaque + self._names[value.key]
        if isinstance(value, TensorRef):
            address = "{} + {}".format(*self._memory.place(value.name))
            tensor = self._memory.program.qgraph.tensors[value.name]
            return address if tensor.dtype == np.int8 else f"(void *)({address})"
        if isinstance(value, Copied):
            constant = self._names[value.array.key]
            scratch = self._scratch(index, value.offset)
            is_equal = value.nbytes == value.array.data.nbytes
            size = f"sizeof {constant}" if is_equal else str(value.nbytes)
            return f"{value.function}({scratch}, {constant}, {size})"
        if isinstance(value, ScratchRef):
            return self._scratch(index, value.offset)
        return "NULL" if value is None else str(value)

    def _scratch(self, index: int, offset: int) -> str:
        if not self._memory.program.calls[index].scratch_bytes:
            return "NULL"
        return f"(void *)(arena + {self._memory.scratch_offset(index) + offset})"

    def _initializer(self, struct: Struct, index: int) -> str:
        fields = (f".{name} = {self._field(value, index)}" for name, value in struct.fields)
        return "{" + ", ".join(fields) + "}"

    def _field(self, value: Field, index: int) -> str:
        if isinstance(value, Struct):
            return self._initializer(value, index)
        if isinstance(value, Array):
            # The CMSIS-NN structures hold pointers to non-const.
            return f"({CTYPES[str(value.data.dtype)]} *){self._names[value.key]}"
        if isinstance(value, SmallInteger):
            return str(value.value)
        if isinstance(value, DirectionRef):
            return str(int(self._memory.descends(index)))
        if isinstance(value, Float32):
            return c_float(value.value)
        if isinstance(value, tuple):
            return "{" + ", ".join(map(str, value)) + "}"
        return self.argument(value, index)


def _short(ctype: str) -> str:
    """cmsis_nn_conv_params → conv_params."""
    return ctype.removeprefix("cmsis_nn_").removeprefix("mcuq_")


def array_definition(name: str, data: npt.NDArray[np.generic]) -> str:
    """A constant array of any shape, aligned to words."""
    flat = data.reshape(-1)
    head = (
        f"static const {CTYPES[str(data.dtype)]} {name}[{flat.size}]"
        " __attribute__((aligned(4))) = {"
    )
    lines, line = [head], "   "
    for value in flat.tolist():
        text = _literal(value)
        if len(line) + len(text) + 2 > _LINE:
            lines.append(line)
            line = "   "
        line += f" {text},"
    return "\n".join([*lines, line, "};"])


def _literal(value: int | float) -> str:
    if isinstance(value, float):
        return c_float(value)
    # -2147483648 is not an int literal in C.
    return "INT32_MIN" if value == -(2**31) else str(value)
