"""Operators of a file written as several others: tensors and operators are added to its records.

What is added is float32: an operand with a scale goes through DEQUANTIZE, a result through
QUANTIZE, which leave real numbers as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

from mcuq.importers.tflite.flatbuffer import malformed
from mcuq.importers.tflite.real import real_values
from mcuq.importers.tflite.records import FileModel, FileOp, FileState, FileTensor, constant_record
from mcuq.tflite.operators.catalog import RULES
from mcuq.tflite.operators.movement import Concatenation
from mcuq.tflite.operators.view import Overridden
from mcuq.tflite.operators.weighted import FullyConnected

Shape = tuple[int, ...]


class Spelling:
    """The records while one operator after the other is written anew.

    Args:
        anew: states begin with zeros at every run, and are none.

    Attributes:
        anew: as given.
        tensors: of the file, and what was added.
        ops: written so far.
        states: of the file, and what was added.
    """

    def __init__(self, model: FileModel, anew: bool) -> None:
        self.anew = anew
        self.tensors = list(model.tensors)
        self.ops: list[FileOp] = []
        self.states: list[FileState] = list(model.states)
        self._op: FileOp
        self._name = ""

    def begin(self, op: FileOp) -> None:
        """What is added from now on stands for `op`."""
        if not op.outputs:
            raise malformed(f"{op.where} has no output")
        self._op, self._name = op, self.tensors[op.outputs[0]].name

    def given(self, number: int) -> FileTensor | None:
        """An operand of the operator, None where it is absent."""
        index = self._op.inputs[number] if number < len(self._op.inputs) else -1
        return self.tensors[index] if index >= 0 else None

    def required(self, number: int) -> FileTensor:
        """An operand that has to be there."""
        tensor = self.given(number)
        if tensor is None:
            raise malformed(f"{self._op.where} lacks operand {number}")
        return tensor

    def reals(self, number: int, rank: int = 2) -> npt.NDArray[Any]:
        """The real numbers of a constant operand of so many dimensions."""
        tensor = self.required(number)
        if tensor.data is None or tensor.data.ndim != rank:
            raise malformed(f"{self._op.where} has no constant of {rank} dimensions {number}")
        return real_values(tensor, tensor.data)

    def value(self, shape: Shape, what: str) -> int:
        """A new float32 tensor."""
        index, name = len(self.tensors), f"{self._name}/{what}"
        self.tensors.append(FileTensor(index, name, shape, shape, "float32", None, None, False))
        return index

    def constant(self, values: npt.NDArray[Any], what: str) -> int:
        """A new float32 constant."""
        index, name = len(self.tensors), f"{self._name}/{what}"
        data = np.ascontiguousarray(values, np.float32)
        shape = data.shape
        self.tensors.append(FileTensor(index, name, shape, shape, "float32", data, None, False))
        return index

    def integers(self, values: Sequence[int]) -> int:
        """A new int32 constant."""
        self.tensors.append(constant_record(len(self.tensors), values))
        return len(self.tensors) - 1

    def add(
        self,
        kind: str,
        inputs: Sequence[int],
        output: int,
        values: Mapping[Any, object] | None = None,
    ) -> int:
        """Add an operator with these options; its output."""
        rule = RULES.get(kind)
        name = rule.options if rule is not None else ""
        options = Overridden(dict(values or {})) if name else None
        number = getattr(schema.BuiltinOptions, name) if name else schema.BuiltinOptions.NONE
        op = FileOp(self._op.index, kind, False, tuple(inputs), (output,), options, number)
        self.ops.append(op)
        return output

    def real_operand(self, number: int) -> int:
        """An operand as float32."""
        tensor = self.required(number)
        if tensor.dtype == "float32":
            return tensor.index
        return self.add("DEQUANTIZE", [tensor.index], self.value(tensor.shape, "real"))

    def finish(self, kind: str, inputs: Sequence[int], values: Mapping[Any, object]) -> None:
        """The operator that gives the result."""
        result = self.tensors[self._op.outputs[0]]
        if result.dtype == "float32":
            self.add(kind, inputs, result.index, values)
            return
        real = self.add(kind, inputs, self.value(result.shape, "result"), values)
        self.add("QUANTIZE", [real], result.index)

    def state(self, number: int, shape: Shape, what: str) -> int:
        """What a run reads of a state that begins with zeros, as interpreters set variables.

        Args:
            number: the operand that is the variable in the file.
        """
        variable = self.required(number)
        if not variable.stateful or variable.data is not None:
            raise malformed(f"{self._op.where} has a state, operand {number}, that is no variable")
        if self.anew:
            return self.constant(np.zeros(shape), what)
        read = self.value(shape, what)
        name = variable.name or f"{self._name}/{what}"
        self.states.append(FileState(name, read, read, np.zeros(shape, np.float32)))
        return read

    def assign(self, read: int, written: int) -> None:
        """Say what the next run reads."""
        self.states = [
            FileState(s.name, read, written, s.initial) if s.read == read else s
            for s in self.states
        ]

    def dense(self, value: int, weights: int, bias: int, rows: int, what: str) -> int:
        """A FULLY_CONNECTED of so many rows; `bias` -1 where there is none."""
        shape = (rows, self.tensors[weights].shape[0])
        keep = {FullyConnected.KEEP_NUM_DIMS: True}
        return self.add("FULLY_CONNECTED", [value, weights, bias], self.value(shape, what), keep)

    def reshaped(self, value: int, shape: Shape, what: str) -> int:
        """A RESHAPE."""
        return self.add("RESHAPE", [value, self.integers(shape)], self.value(shape, what))

    def part(self, value: int, begin: Shape, size: Shape, what: str) -> int:
        """A SLICE."""
        operands = [value, self.integers(begin), self.integers(size)]
        return self.add("SLICE", operands, self.value(size, what))

    def joined(self, values: Sequence[int], axis: int, shape: Shape, what: str) -> int:
        """A CONCATENATION."""
        options = {Concatenation.AXIS: axis}
        return self.add("CONCATENATION", values, self.value(shape, what), options)
