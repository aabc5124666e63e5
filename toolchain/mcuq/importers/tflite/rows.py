"""Lists of rows that loops fill: values known by the parts that they consist of.

A turn of a loop puts its result into row i of a list: a CONCATENATION of the rows before it, the
new row and the rows behind it. Written out as it stands that copies the whole list at every turn;
known by its parts the list is put together once, where something else reads it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from ai_edge_litert import schema_py_generated as schema

from mcuq.importers.tflite.records import FileOp, FileTensor, constant_record
from mcuq.tflite.operators.movement import Concatenation
from mcuq.tflite.operators.view import Overridden


@dataclass(frozen=True)
class _Part:
    """Rows `first` to `first + count` of a tensor."""

    tensor: int
    first: int
    count: int


class RowLists:
    """Tensors and operators of a model, some of the tensors known by their rows.

    Attributes:
        tensors, ops: so far.
    """

    def __init__(self, tensors: list[FileTensor]) -> None:
        self.tensors = tensors
        self.ops: list[FileOp] = []
        self._parts: dict[int, tuple[_Part, ...]] = {}

    def taken(self, op: FileOp) -> bool:
        """Whether `op` only takes rows, or puts some together: its result is known then."""
        if op.kind == "SLICE":
            found = self._sliced(op)
        elif op.kind == "CONCATENATION":
            found = self._joined(op)
        else:
            return False
        if found is None:
            return False
        (output,) = op.outputs
        source = self.tensors[op.inputs[0]]
        self._parts[output] = found
        shape = (sum(part.count for part in found), *source.shape[1:])
        self.tensors[output] = replace(
            self.tensors[output], shape=shape, signature=(-1,) * len(shape)
        )
        return True

    def used(self, index: int) -> int:
        """A tensor that something reads: put together, if it is known by its parts."""
        if index not in self._parts:
            return index
        parts = self._parts.pop(index)
        whole = [self._row(index, part) for part in parts]
        if len(whole) == 1:
            self._parts[index] = parts
            return whole[0]
        options = Overridden({Concatenation.AXIS: 0})
        kind = schema.BuiltinOptions.ConcatenationOptions
        self.ops.append(
            FileOp(len(self.ops), "CONCATENATION", False, tuple(whole), (index,), options, kind)
        )
        return index

    def _row(self, like: int, part: _Part) -> int:
        source = self.tensors[part.tensor]
        if (part.first, part.count) == (0, source.shape[0]):
            return part.tensor
        shape = (part.count, *source.shape[1:])
        if source.data is not None:
            data = source.data[part.first : part.first + part.count]
            return self._new(replace(source, shape=shape, signature=shape, data=data))
        new = self._new(replace(source, shape=shape, signature=(-1,) * len(shape)))
        numbers = [
            self._new(constant_record(0, values))
            for values in ([part.first] + [0] * (len(shape) - 1), shape)
        ]
        self.ops.append(
            FileOp(len(self.ops), "SLICE", False, (part.tensor, *numbers), (new,), None, 0)
        )
        return new

    def _new(self, tensor: FileTensor) -> int:
        self.tensors.append(replace(tensor, index=len(self.tensors)))
        return len(self.tensors) - 1

    def _of(self, index: int) -> tuple[_Part, ...]:
        return self._parts.get(index) or (_Part(index, 0, self.tensors[index].shape[0]),)

    def _sliced(self, op: FileOp) -> tuple[_Part, ...] | None:
        """The rows that a SLICE takes of a list; None where it takes something else."""
        if len(op.inputs) != 3 or min(op.inputs) < 0:
            return None
        value, begin, size = (self.tensors[index] for index in op.inputs)
        is_list = value.index in self._parts or value.data is not None
        if not is_list or begin.data is None or size.data is None or value.dtype != "float32":
            return None
        starts, counts = (x.data.reshape(-1).tolist() for x in (begin, size) if x.data is not None)
        whole = all(
            start == 0 and count in (-1, n)
            for start, count, n in zip(starts[1:], counts[1:], value.shape[1:], strict=False)
        )
        if len(starts) != len(value.shape) or len(counts) != len(starts) or not whole:
            return None
        count = value.shape[0] - starts[0] if counts[0] == -1 else counts[0]
        return self._between(op.inputs[0], starts[0], starts[0] + count)

    def _between(self, index: int, first: int, end: int) -> tuple[_Part, ...]:
        found, at = [], 0
        for part in self._of(index):
            low, high = max(first - at, 0), min(end - at, part.count)
            if low < high:
                found.append(_Part(part.tensor, part.first + low, high - low))
            at += part.count
        return tuple(found) or (_Part(index, 0, 0),)

    def _joined(self, op: FileOp) -> tuple[_Part, ...] | None:
        """The parts of a CONCATENATION of rows, one of which at least is of a list."""
        axis = 0 if op.options is None else op.options.int32(Concatenation.AXIS)
        if axis or not any(index in self._parts for index in op.inputs):
            return None
        parts = (part for index in op.inputs for part in self._of(index))
        kept = tuple(part for part in parts if part.count and math.prod(self._inner(part)))
        return kept or None

    def _inner(self, part: _Part) -> tuple[int, ...]:
        return self.tensors[part.tensor].shape[1:]
