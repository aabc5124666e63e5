"""States as resource variables of a flatbuffer.

A CALL_ONCE sets the initial values; each variable is read in front of the first operator that
needs it and assigned behind the one that makes its new value, which interpreters copy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ai_edge_litert import schema_py_generated as schema

from mcuq.graph import State
from mcuq.tflite.builder import OperatorSpec, Subgraph, TensorSpec

_ONCE = 1
"""Number of the subgraph that sets initial values."""


class Variables:
    """The variables of a model's states.

    Args:
        states: not empty; their initial values as the tensors store them.
        tensors: of the model; `tensors` of this object are these and the variables' handles.
        index: tensor name → its position.
    """

    def __init__(
        self, states: Sequence[State], tensors: Sequence[TensorSpec], index: Mapping[str, int]
    ) -> None:
        self._states = states
        self._index = index
        self._handles = range(len(tensors), len(tensors) + len(states))
        self.tensors = [*tensors, *map(_handle, states)]

    def between(self, operators: Sequence[OperatorSpec]) -> list[OperatorSpec]:
        """The operators of a run, with those that read and assign."""
        made = {i: number + 1 for number, op in enumerate(operators) for i in op.outputs}
        reads: list[list[OperatorSpec]] = [[] for _ in range(len(operators) + 1)]
        assigns: list[list[OperatorSpec]] = [[] for _ in range(len(operators) + 1)]
        for state, handle in zip(self._states, self._handles, strict=True):
            read = self._index[state.read]
            users = (number for number, op in enumerate(operators) if read in op.inputs)
            made[read] = next(users, 0)
            reads[made[read]].append(_read(handle, read))
        for state, handle in zip(self._states, self._handles, strict=True):
            read, written = self._index[state.read], self._index[state.written]
            place = max(made[read], made.get(written, 0))
            assigns[place].append(_assign(handle, written))
        found = [_call_once(), *map(_named, self._states, self._handles)]
        for number, op in enumerate(operators):
            found += [*reads[number], *assigns[number], op]
        return [*found, *reads[-1], *assigns[-1]]

    def once(self) -> Subgraph:
        """The subgraph that sets the initial values."""
        tensors, operators = list[TensorSpec](), list[OperatorSpec]()
        for number, state in enumerate(self._states):
            stored = self.tensors[self._index[state.read]]
            value = replace(stored, name=f"{state.name}#initial", data=state.initial)
            tensors += [_handle(state), value]
            operators += [_named(state, 2 * number), _assign(2 * number, 2 * number + 1)]
        return tensors, operators


def _handle(state: State) -> TensorSpec:
    return TensorSpec(f"{state.name}#variable", (), "resource")


def _call_once() -> OperatorSpec:
    options = schema.CallOnceOptionsT()
    options.initSubgraphIndex = _ONCE
    return OperatorSpec("CALL_ONCE", (), (), options, 1)


def _named(state: State, handle: int) -> OperatorSpec:
    options = schema.VarHandleOptionsT()
    options.container, options.sharedName = "", state.name
    return OperatorSpec("VAR_HANDLE", (), (handle,), options, 1)


def _read(handle: int, value: int) -> OperatorSpec:
    return OperatorSpec("READ_VARIABLE", (handle,), (value,), schema.ReadVariableOptionsT(), 1)


def _assign(handle: int, value: int) -> OperatorSpec:
    return OperatorSpec("ASSIGN_VARIABLE", (handle, value), (), schema.AssignVariableOptionsT(), 1)
