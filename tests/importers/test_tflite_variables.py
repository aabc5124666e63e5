"""Resource variables of files: what they become, and which are refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from mcuq.errors import InputError
from mcuq.importers.tflite import load_tflite
from mcuq.interpret.float import run_float
from mcuq.tflite.builder import OperatorSpec, TensorSpec, build_model
from mcuq.tflite.float_model import float_tflite_bytes
from mcuq.tflite.litert import run_litert
from mcuq.tflite.micro import run_micro

SIZE = 3
X, HANDLE, VALUE, SUM, SECOND, LAST = range(6)
_ADD = schema.AddOptionsT()


def _named(handle: int, name: str = "total", container: str = "") -> OperatorSpec:
    options = schema.VarHandleOptionsT()
    options.container, options.sharedName = container, name
    return OperatorSpec("VAR_HANDLE", (), (handle,), options, 1)


def _read(handle: int, value: int) -> OperatorSpec:
    return OperatorSpec("READ_VARIABLE", (handle,), (value,), schema.ReadVariableOptionsT(), 1)


def _assign(handle: int, value: int) -> OperatorSpec:
    return OperatorSpec("ASSIGN_VARIABLE", (handle, value), (), schema.AssignVariableOptionsT(), 1)


def _add(first: int, second: int, result: int) -> OperatorSpec:
    return OperatorSpec("ADD", (first, second), (result,), _ADD)


def _once() -> OperatorSpec:
    options = schema.CallOnceOptionsT()
    options.initSubgraphIndex = 1
    return OperatorSpec("CALL_ONCE", (), (), options, 1)


def _plain(name: str) -> TensorSpec:
    return TensorSpec(name, (1, SIZE), "float32")


@dataclass
class File:
    """A running sum: its variable is read, an input added, the sum assigned."""

    ops: Sequence[OperatorSpec] = (
        _once(),
        _named(HANDLE),
        _read(HANDLE, VALUE),
        _add(X, VALUE, SUM),
        _assign(HANDLE, SUM),
        _add(SUM, SUM, LAST),
    )
    initial: TensorSpec = field(
        default_factory=lambda: replace(_plain("initial"), data=np.array([[1, 2, 3]], np.float32))
    )
    once: Sequence[OperatorSpec] = (_named(0), _assign(0, 1))

    @property
    def content(self) -> bytes:
        tensors = [
            _plain("x"),
            TensorSpec("handle", (), "resource"),
            *map(_plain, ("value", "sum", "second", "last")),
        ]
        once = ([TensorSpec("handle", (), "resource"), self.initial], self.once)
        return build_model(tensors, self.ops, [X], [LAST], once=once)


def _agrees(file: File) -> None:
    graph = load_tflite(file.content)
    x = np.random.default_rng(0).normal(size=(2, 4, SIZE)).astype(np.float32)
    samples = x if graph.states else x.reshape(-1, SIZE)
    theirs = run_litert(file.content, [x])[0]
    ours = run_float(graph, [samples])[graph.outputs[0]]
    np.testing.assert_allclose(ours.ravel(), theirs.ravel(), rtol=1e-6)


def test_a_running_sum() -> None:
    file = File()
    (state,) = load_tflite(file.content).states
    assert (state.name, state.initial.tolist()) == ("total", [[1, 2, 3]])
    _agrees(file)


def test_what_was_assigned_is_read_in_the_same_run() -> None:
    ops = (*File().ops[:5], _read(HANDLE, SECOND), _add(SECOND, VALUE, LAST))
    _agrees(File(ops))


def test_the_value_assigned_last_is_kept() -> None:
    ops = (
        *File().ops[:5],
        _add(SUM, X, SECOND),
        _assign(HANDLE, SECOND),
        _add(SUM, SECOND, LAST),
    )
    _agrees(File(ops))


def test_a_variable_that_is_only_read_is_a_constant() -> None:
    file = File([*File().ops[:4], _add(SUM, SUM, LAST)])
    assert not load_tflite(file.content).states
    _agrees(file)


def test_variables_of_two_containers_are_two() -> None:
    other = (_named(HANDLE, container="other"), _read(HANDLE, VALUE), _add(X, VALUE, SUM))
    file = File([*other, _assign(HANDLE, SUM), _add(SUM, SUM, LAST)])
    (state,) = load_tflite(file.content).states
    assert not state.initial.any()
    both = (_named(HANDLE, container="other"), _read(HANDLE, SECOND), _assign(HANDLE, SUM))
    file = File([*File().ops[:5], *both, _add(SECOND, SUM, LAST)])
    graph = load_tflite(file.content)
    assert len({state.name for state in graph.states}) == 2
    x = np.random.default_rng(0).normal(size=(1, 4, SIZE)).astype(np.float32)
    # Written anew each has a name of its own; interpreters may look at nothing else.
    again = run_micro(float_tflite_bytes(graph), [x])[0]
    ours = run_float(graph, [x])[graph.outputs[0]]
    np.testing.assert_allclose(again.ravel(), ours.ravel(), rtol=1e-6)
    total = np.array([1, 2, 3]) + np.cumsum(x[0], axis=0)
    before = np.concatenate([np.zeros((1, SIZE)), total[:-1]])
    np.testing.assert_allclose(ours[0], before + total, rtol=1e-5)


@pytest.mark.parametrize(
    ("file", "cause"),
    [
        (File(once=()), None),
        (File([*File().ops[1:4], _add(SUM, SUM, LAST)]), "variables of the file are not frozen"),
        (File(initial=_plain("i"), once=(_named(0), _add(1, 1, 1))), "computes the initial value"),
        (File(initial=TensorSpec("i", (SIZE,), "float32", np.zeros(SIZE))), "holds float32"),
        (File(File().ops[2:]), "does not say which variable"),
    ],
)
def test_files_are_read_or_refused_by_name(file: File, cause: str | None) -> None:
    if cause is None:
        assert not load_tflite(file.content).states[0].initial.any()
        return
    with pytest.raises(InputError, match=cause):
        load_tflite(file.content)
