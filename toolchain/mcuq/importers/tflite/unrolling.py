"""WHILE and IF written out: loops whose number of turns the file decides, and branches.

The counters of such a loop are constants, and so is its condition at every turn; the body is
written once for each. What depends on constants alone is computed here, the first turn's product of
an initial state included. Lists of rows, of which a turn replaces one, stay lists of parts until
something else reads them.

Of an IF the one branch stays where the condition is a constant; else both are computed, and a
SELECT_V2 takes the values of one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mcuq.errors import InputError
from mcuq.importers.refusals import Refusals
from mcuq.importers.tflite.branches import check_branch, check_pure
from mcuq.importers.tflite.constants import Evaluate, computed
from mcuq.importers.tflite.flatbuffer import malformed
from mcuq.importers.tflite.records import FileModel, FileOp, constant_record
from mcuq.importers.tflite.rows import RowLists
from mcuq.settings import READING
from mcuq.tflite.operators.control import If, While
from mcuq.tflite.operators.gathering import Gather

MOST_TURNS = 128
"""Of one loop: each turn of a recurrent layer is some 15 operators."""
_MOST_FOLDED = 4000
"""Operators on real constants, each of which is computed as a model of its own."""

BECOMES = {
    "WHILE": "its body, once a turn, where the file decides how many",
    "IF": "the branch of a constant condition, else both, of which SELECT_V2 takes one",
}
"""What stands in an operator's place."""


def unrolled(model: FileModel, evaluate: Evaluate, refusals: Refusals) -> FileModel:
    """The model without loops and branches.

    Args:
        model: a file's records.
        evaluate: runs an operator on real numbers.
        refusals: collects those of which how often they turn depends on the input, or is more than
            MOST_TURNS, and branches that cannot be joined; they stay as they are.
    """
    if not any(op.kind in ("WHILE", "IF") for op in model.ops):
        return model
    return _Unrolling(model, evaluate).result(refusals)


class _Unrolling:
    def __init__(self, model: FileModel, evaluate: Evaluate) -> None:
        self._model = model
        self._evaluate = evaluate
        self.rows = RowLists(list(model.tensors))
        self._constants: dict[tuple[int, int], int] = {}
        self._added = self._folded = 0

    def result(self, refusals: Refusals) -> FileModel:
        known: dict[int, int] = {}
        for op in self._model.ops:
            begun = len(self.rows.ops)
            refusals.leave(op.index, self._add, op, known, -1, self._model)
            if op.index in refusals.left:
                del self.rows.ops[begun:]
                known |= {index: index for index in op.outputs}
                self.rows.ops.append(
                    replace(op, inputs=tuple(known.get(index, index) for index in op.inputs))
                )
        outputs = tuple(self.rows.used(known.get(i, i)) for i in self._model.outputs)
        names = {known.get(i, i): name for i, name in self._model.signature.items()}
        return replace(
            self._model,
            tensors=tuple(self.rows.tensors),
            ops=tuple(self.rows.ops),
            outputs=outputs,
            signature=names,
        )

    def _add(self, op: FileOp, known: dict[int, int], number: int, inside: FileModel) -> None:
        """Add an operator of subgraph `number`, -1 being the model itself.

        Args:
            known: tensor of the subgraph → tensor of the model.
        """
        inputs = tuple(-1 if i < 0 else self._operand(i, known, number, inside) for i in op.inputs)
        if op.kind == "WHILE":
            for output, value in zip(op.outputs, self._loop(op, inputs), strict=True):
                known[output] = value
            return
        if op.kind == "IF":
            results = [i if number < 0 else self._copy(inside, i) for i in op.outputs]
            known |= zip(op.outputs, self._branch(op, inputs, results), strict=True)
            return
        outputs = []
        for index in op.outputs:
            known[index] = index if number < 0 else self._copy(inside, index)
            outputs.append(known[index])
        op = replace(op, inputs=inputs, outputs=tuple(outputs))
        self._added += 1
        if self._added > READING.operators or self._folded > _MOST_FOLDED:
            raise InputError(
                f"{op.where}: the loops are more than {READING.operators} operators, or "
                f"{_MOST_FOLDED} on constants",
                "export the model with fewer steps",
            )
        self._fold_or_keep(op)

    def _operand(self, index: int, known: dict[int, int], number: int, inside: FileModel) -> int:
        if number < 0 or index in known:
            return known.get(index, index)
        if inside.tensors[index].data is None:
            raise malformed(f"tensor {inside.tensors[index].name!r} is read before it has a value")
        if (number, index) not in self._constants:
            self._constants[number, index] = self._copy(inside, index)
        return self._constants[number, index]

    def _copy(self, inside: FileModel, index: int) -> int:
        """A tensor of a subgraph, in the model; its shape is what is computed, not what it says."""
        tensor = inside.tensors[index]
        signature = tensor.signature if tensor.data is not None else (-1,) * len(tensor.shape)
        new = replace(tensor, index=len(self.rows.tensors), signature=signature)
        self.rows.tensors.append(new)
        return new.index

    def _fold_or_keep(self, op: FileOp) -> None:
        tensors = self.rows.tensors
        if self.rows.taken(op):
            return
        op = replace(op, inputs=tuple(i if i < 0 else self.rows.used(i) for i in op.inputs))
        if op.inputs and all(i < 0 or tensors[i].data is not None for i in op.inputs):
            self._folded += 1
            for index, data in zip(op.outputs, computed(op, tensors, self._evaluate), strict=True):
                stored = tensors[index]
                tensors[index] = replace(stored, data=data, shape=data.shape, signature=data.shape)
        elif op.kind == "GATHER" and self._one_row(op):
            return
        else:
            self.rows.ops.append(op)

    def _one_row(self, op: FileOp) -> bool:
        """Write GATHER with one constant index as a slice; whether it is one."""
        tensors, axis = (
            self.rows.tensors,
            0 if op.options is None else op.options.int32(Gather.AXIS),
        )
        value, number = (tensors[i] for i in op.inputs[:2])
        if number.data is None or number.data.size != 1 or not 0 <= axis < len(value.shape):
            return False
        place = int(number.data.reshape(()))
        begin = [place if i == axis else 0 for i in range(len(value.shape))]
        size = [1 if i == axis else n for i, n in enumerate(value.shape)]
        row = replace(
            value, index=len(tensors), shape=tuple(size), signature=(-1,) * len(size), data=None
        )
        tensors.append(row)
        shape = [n for i, n in enumerate(value.shape) if i != axis or number.data.ndim]
        operands = (value.index, self._integers(begin), self._integers(size))
        self.rows.ops += [
            FileOp(op.index, "SLICE", False, operands, (row.index,), None, 0),
            FileOp(
                op.index, "RESHAPE", False, (row.index, self._integers(shape)), op.outputs, None, 0
            ),
        ]
        return True

    def _integers(self, values: Sequence[int]) -> int:
        self.rows.tensors.append(constant_record(len(self.rows.tensors), values))
        return len(self.rows.tensors) - 1

    def _loop(self, op: FileOp, values: Sequence[int]) -> Sequence[int]:
        """The values after the last turn."""
        numbers = [0 if op.options is None else op.options.int32(field) for field in While]
        condition, body = (self._model.called[number] for number in numbers)
        for _ in range(MOST_TURNS + 1):
            (goes_on,) = self._inlined(condition, numbers[0], values)[:1]
            known = self.rows.tensors[goes_on].data
            if known is None:
                raise InputError(
                    f"{op.where}: how often the loop turns depends on the input",
                    "export the model with sequences of a fixed length",
                )
            if not np.all(known):
                return values
            values = self._inlined(body, numbers[1], values)
        raise InputError(
            f"{op.where}: the loop turns more than {MOST_TURNS} times",
            "export the model with shorter sequences",
        )

    def _branch(self, op: FileOp, values: Sequence[int], results: Sequence[int]) -> Sequence[int]:
        """The values of a branch, in tensors of their own where both are computed."""
        numbers = [0 if op.options is None else op.options.int32(field) for field in If]
        branches = [self._model.called[number] for number in numbers]
        tensors = self.rows.tensors
        if not values or values[0] < 0 or tensors[values[0]].dtype != "bool":
            raise malformed(f"{op.where} has no condition")
        condition = tensors[values[0]].data
        given, wanted = ([tensors[i] for i in indices] for indices in (values[1:], results))
        for inside in branches:
            check_branch(op, inside, given, wanted)
        if condition is not None:
            chosen = 0 if np.all(condition) else 1
            return self._inlined(branches[chosen], numbers[chosen], values[1:])
        for inside in branches:
            check_pure(op, inside, self._model.called)
        found = [
            self._inlined(inside, number, values[1:])
            for inside, number in zip(branches, numbers, strict=True)
        ]
        for result, *parts in zip(results, *found, strict=True):
            rank = len(tensors[parts[0]].shape)
            ones = self._integers((1,) * rank)
            flag = replace(
                tensors[values[0]], index=len(tensors), shape=(1,) * rank, signature=(1,) * rank
            )
            tensors.append(flag)
            operands = (flag.index, *(self.rows.used(part) for part in parts))
            self.rows.ops += [
                FileOp(op.index, "RESHAPE", False, (values[0], ones), (flag.index,), None, 0),
                FileOp(op.index, "SELECT_V2", False, operands, (result,), None, 0),
            ]
        return results

    def _inlined(self, inside: FileModel, number: int, values: Sequence[int]) -> list[int]:
        if len(values) != len(inside.inputs) or not inside.outputs:
            raise malformed(f"subgraph {inside.name!r} is called with {len(values)} values")
        known = dict(zip(inside.inputs, values, strict=True))
        for op in inside.ops:
            self._add(op, known, number, inside)
        return [self._operand(index, known, number, inside) for index in inside.outputs]
