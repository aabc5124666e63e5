"""Resource variables as states: VAR_HANDLE, READ_VARIABLE, ASSIGN_VARIABLE and CALL_ONCE.

A variable is known by its container and shared name. In one run its value is first the one that
the run before left, then what was assigned last: the records are rewritten so that every reader
names the tensor with that value, and what is left of a variable is a state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.errors import InputError
from mcuq.importers.refusals import Refusals
from mcuq.importers.tflite.flatbuffer import malformed
from mcuq.importers.tflite.records import FileModel, FileOp, FileState, FileTensor
from mcuq.tflite.operators.control import VARIABLES, CallOnce, VarHandle

BECOMES = {
    "VAR_HANDLE": "a state",
    "READ_VARIABLE": "what a state held before the run, or what the run left in it",
    "ASSIGN_VARIABLE": "what a state holds behind the run",
    "CALL_ONCE": "the initial values of states",
}
"""What stands in an operator's place."""
_Key = tuple[str, str]
"""Container and shared name."""


def with_states(model: FileModel, refusals: Refusals) -> FileModel:
    """The model without operators on variables, with its states.

    Args:
        refusals: collects variables that are read and that nothing sets, whose values differ in
            shape or type from place to place, or whose initial value is computed.
    """
    if not any(op.kind in VARIABLES for op in model.ops):
        return model
    found = [refusals.attempt(_assigned, subgraph) for subgraph in _called_once(model)]
    initial = {key: value for one in found if one is not None for key, value in one.items()}
    return _Resolution(model, initial, refusals).result(None in found)


def _called_once(model: FileModel) -> list[FileModel]:
    """The subgraphs that run before the first run, in order."""
    return [
        model.called[op.options.int32(CallOnce.SUBGRAPH)]
        for op in model.ops
        if op.kind == "CALL_ONCE" and op.options is not None
    ]


def _assigned(subgraph: FileModel) -> dict[_Key, FileTensor]:
    """The constants that a subgraph assigns, by variable."""
    handles, found = dict[int, _Key](), dict[_Key, FileTensor]()
    for op in subgraph.ops:
        if op.kind == "VAR_HANDLE":
            handles[_only(op, op.outputs)] = _key(op)
            continue
        value = subgraph.tensors[op.inputs[1]] if len(op.inputs) == 2 else None
        if op.kind != "ASSIGN_VARIABLE" or value is None or value.data is None:
            raise InputError(
                f"{op.where} computes the initial value of a variable",
                "export the model with constant initial values, zeros for instance",
            )
        found[_variable(op, handles)] = value
    return found


class _Resolution:
    """The values of variables, while the operators of a run pass by in order."""

    def __init__(
        self, model: FileModel, initial: Mapping[_Key, FileTensor], refusals: Refusals
    ) -> None:
        self._model = model
        self._initial = initial
        self._refusals = refusals
        self._tensors = list(model.tensors)
        self._handles: dict[int, _Key] = {}
        self._aliases: dict[int, int] = {}
        self._read: dict[_Key, int] = {}
        self._now: dict[_Key, int] = {}

    def result(self, lacking: bool) -> FileModel:
        """The model.

        Args:
            lacking: whether initial values are unknown, which is refused already: then a variable
                that nothing seems to set is not.
        """
        refusals, ops = self._refusals, list[FileOp]()
        for op in self._model.ops:
            new = refusals.leave(op.index, self._rewritten, op)
            ops += [op] if op.index in refusals.left else [] if new is None else [new]
        written = {key: index for key, index in self._now.items() if index != self._read.get(key)}
        states = []
        for key, read in self._read.items():
            if key in written:
                state = refusals.attempt(self._state, key, read, written[key])
                nothing = np.zeros(self._tensors[read].shape)
                states.append(state or FileState(key[1], read, read, nothing))
                continue
            begun = FileOp(-1 - read, "READ_VARIABLE", False, (), (read,), None, 0)
            if lacking and key not in self._initial:
                refusals.left.add(begun.index)
            else:
                refusals.leave(begun.index, self._freeze, key, read)
            if begun.index in refusals.left:
                ops.insert(0, begun)
        outputs = tuple(self._aliases.get(index, index) for index in self._model.outputs)
        return replace(
            self._model,
            tensors=tuple(self._tensors),
            ops=tuple(ops),
            outputs=outputs,
            signature={
                self._aliases.get(index, index): name
                for index, name in self._model.signature.items()
            },
            states=tuple(states),
        )

    def _rewritten(self, op: FileOp) -> FileOp | None:
        """The operator, reading values in place of variables; None where it vanishes."""
        op = replace(op, inputs=tuple(self._aliases.get(index, index) for index in op.inputs))
        if op.kind == "VAR_HANDLE":
            self._handles[_only(op, op.outputs)] = _key(op)
        elif op.kind == "READ_VARIABLE":
            output, key = _only(op, op.outputs), _variable(op, self._handles)
            if key in self._now:
                self._compare(key, self._tensors[self._now[key]], self._tensors[output])
                self._aliases[output] = self._now[key]
            else:
                self._read[key] = self._now[key] = output
        elif op.kind == "ASSIGN_VARIABLE":
            if len(op.inputs) != 2 or op.inputs[1] < 0:
                raise malformed(f"{op.where} has no value")
            self._now[_variable(op, self._handles)] = op.inputs[1]
        elif op.kind != "CALL_ONCE":
            return op
        return None

    def _state(self, key: _Key, read: int, written: int) -> FileState:
        stored = self._tensors[read]
        self._compare(key, self._tensors[written], stored)
        return FileState(key[1], read, written, self._first(key, stored))

    def _first(self, key: _Key, stored: FileTensor) -> npt.NDArray[Any]:
        """The initial value; real zeros where none is assigned, as interpreters have it."""
        given = self._initial.get(key)
        if given is not None and given.data is not None:
            self._compare(key, given, stored)
            return given.data
        zero = 0 if stored.quantization is None else int(stored.quantization.zero_point[0])
        return np.full(stored.shape, zero, stored.dtype)

    def _freeze(self, key: _Key, read: int) -> None:
        """A variable that a run only reads is a constant."""
        given, stored = self._initial.get(key), self._tensors[read]
        if given is None:
            raise InputError(
                f"the model reads {stored.name!r} from variable {key[1]!r}, which nothing sets: "
                "the variables of the file are not frozen, so that its weights are not constants "
                "in it",
                "convert it again with tf.lite.TFLiteConverter.from_keras_model(model) or "
                "from_saved_model(folder), with experimental_enable_resource_variables = False",
            )
        self._compare(key, given, stored)
        self._tensors[read] = replace(stored, data=given.data)

    def _compare(self, key: _Key, one: FileTensor, other: FileTensor) -> None:
        """Raise where two values of a variable are not stored alike: interpreters copy bytes."""
        forms = [(t.shape, t.dtype, t.quantization) for t in (one, other)]
        if forms[0] != forms[1] or other.dtype not in ("float32", "int8", "int16"):
            shown = [f"{t.dtype} {t.shape}" for t in (one, other)]
            if shown[0] == shown[1]:
                shown = [f"{text} in another scale" for text in shown[:1]] + shown[1:]
            raise InputError(
                f"variable {key[1]!r} holds {shown[0]} in one place and {shown[1]} in another"
                if forms[0] != forms[1]
                else f"variable {key[1]!r} holds {shown[0]}",
                "export the model again, each variable being float32, int8 or int16 of one shape "
                "and scale",
            )


def _only(op: FileOp, indices: tuple[int, ...]) -> int:
    if len(indices) != 1:
        raise malformed(f"{op.where} has {len(indices)} outputs")
    return indices[0]


def _key(op: FileOp) -> _Key:
    if op.options is None:
        raise malformed(f"{op.where} names no variable")
    return op.options.text(VarHandle.CONTAINER), op.options.text(VarHandle.SHARED_NAME)


def _variable(op: FileOp, handles: Mapping[int, _Key]) -> _Key:
    """The variable that an operator's first operand stands for."""
    if not op.inputs or op.inputs[0] not in handles:
        raise malformed(f"{op.where} does not say which variable")
    return handles[op.inputs[0]]
