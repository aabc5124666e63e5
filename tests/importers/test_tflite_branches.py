"""IF: the branch of a constant condition, or both and a choice, in TFLite Micro's bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from hypothesis import given, settings
from hypothesis import strategies as st
from subgraphs import with_subgraphs

from mcuq.emit.tflite import tflite_bytes
from mcuq.errors import InputError
from mcuq.importers import load_tflite
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import run_integer
from mcuq.prequantized.load import load_quantized
from mcuq.tflite.builder import OperatorSpec, TensorSpec, build_model
from mcuq.tflite.litert import run_litert
from mcuq.tflite.micro import run_micro

SHAPE = (1, 6)
ONE, ZERO = np.array([0.05], np.float32), np.array([-7])


def _value(name: str, dtype: str, data: np.ndarray | None = None) -> TensorSpec:
    if dtype == "float32":
        return TensorSpec(name, SHAPE, dtype, data)
    return TensorSpec(name, SHAPE, dtype, data, ONE, ZERO)


def _numbers(seed: int, dtype: str) -> np.ndarray:
    rng = np.random.default_rng(seed)
    if dtype == "float32":
        return rng.normal(size=SHAPE).astype(np.float32)
    return rng.integers(-128, 128, SHAPE).astype(np.int8)


def _branch(seed: int, dtype: str, kinds: tuple[str, ...]) -> bytes:
    """Additions and products with constants, one after the other."""
    tensors, operators = [_value("given", dtype)], []
    for number, kind in enumerate(kinds):
        constant = _value(f"c{number}", dtype, _numbers(seed + number, dtype))
        result = _value(f"r{number}", dtype)
        operands = (len(tensors) - 1, len(tensors))
        tensors += [constant, result]
        options = schema.AddOptionsT() if kind == "ADD" else schema.MulOptionsT()
        operators.append(OperatorSpec(kind, operands, (len(tensors) - 1,), options))
    return build_model(tensors, operators, [0], [len(tensors) - 1])


def _if() -> schema.IfOptionsT:
    options = schema.IfOptionsT()
    options.thenSubgraphIndex, options.elseSubgraphIndex = 1, 2
    return options


def file_of(
    dtype: str, branches: tuple[tuple[str, ...], tuple[str, ...]], condition: bool | None
) -> bytes:
    """An input and, where the condition is no constant, a flag; the sum of an IF and the input."""
    flag = None if condition is None else np.array(condition)
    tensors = [
        _value("x", dtype),
        TensorSpec("flag", (1,) if condition is None else (), "bool", flag),
        _value("chosen", dtype),
        _value("y", dtype),
    ]
    operators = [
        OperatorSpec("IF", (1, 0), (2,), _if(), 1),
        OperatorSpec("ADD", (2, 0), (3,), schema.AddOptionsT()),
    ]
    main = build_model(tensors, operators, [0] if condition is not None else [0, 1], [3])
    return with_subgraphs(main, [_branch(n, dtype, kinds) for n, kinds in enumerate(branches)])


kinds = st.lists(st.sampled_from(["ADD", "MUL"]), min_size=1, max_size=3).map(tuple)


@settings(max_examples=20)
@given(branches=st.tuples(kinds, kinds), condition=st.sampled_from([None, True, False]))
def test_integers_are_those_of_tflite_micro(
    branches: tuple[tuple[str, ...], tuple[str, ...]], condition: bool | None
) -> None:
    content = file_of("int8", branches, condition)
    qgraph = load_quantized(content)
    inputs = [np.concatenate([_numbers(9, "int8"), _numbers(10, "int8")])]
    if condition is None:
        inputs.append(np.array([[True], [False]])[:, 0])
    (ours,) = run_integer(qgraph, inputs).values()
    kept = (inputs, [x.reshape(2, -1) for x in inputs])
    for file, given_inputs in zip((content, tflite_bytes(qgraph)), kept, strict=True):
        (theirs,) = run_micro(file, given_inputs)
        np.testing.assert_array_equal(ours, theirs.reshape(ours.shape))
    assert (sum(op.kind.name == "SELECT_V2" for op in qgraph.ops) == 1) == (condition is None)


@settings(max_examples=10)
@given(branches=st.tuples(kinds, kinds), condition=st.sampled_from([None, True, False]))
def test_reals_are_those_of_litert(
    branches: tuple[tuple[str, ...], tuple[str, ...]], condition: bool | None
) -> None:
    content = file_of("float32", branches, condition)
    graph = load_tflite(content)
    inputs = [np.concatenate([_numbers(9, "float32"), _numbers(10, "float32")])]
    if condition is None:
        inputs.append(np.array([True, False]))
    (ours,) = run_float(graph, inputs).values()
    theirs = run_litert(content, inputs)[0]
    np.testing.assert_allclose(ours, theirs.reshape(ours.shape), rtol=1e-6)


def _variable(graph: Any) -> None:
    graph.tensors[0].isVariable = True


def _other_scale(graph: Any) -> None:
    graph.tensors[0].quantization.scale = np.array([0.5], np.float32)


def _other_shape(graph: Any) -> None:
    graph.tensors[0].shape = [1, 3, 2]


def _no_input(graph: Any) -> None:
    graph.inputs = []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_variable, "a branch keeps a state"),
        (_other_scale, "another type, shape, scale or zero point"),
        (_other_shape, "another type, shape, scale or zero point"),
        (_no_input, "with 1 values"),
    ],
)
def test_what_a_branch_may_not_do_is_refused(change: Callable[[Any], None], told: str) -> None:
    content = file_of("int8", (("ADD",), ("MUL",)), None)
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    change(model.subgraphs[2])
    builder = flatbuffers.Builder(0)
    builder.Finish(model.Pack(builder), b"TFL3")
    with pytest.raises(InputError, match=told):
        load_quantized(bytes(builder.Output()))


def test_a_branch_inside_a_branch() -> None:
    """The same flag leads twice to the second branch."""
    nested = build_model(
        [
            _value("given", "int8"),
            TensorSpec("flag", (1,), "bool", np.array([False])),
            _value("chosen", "int8"),
        ],
        [OperatorSpec("IF", (1, 0), (2,), _if(), 1)],
        [0],
        [2],
    )
    main = file_of("int8", (("MUL",), ("ADD", "MUL")), None)
    model = schema.ModelT.InitFromPackedBuf(main, 0)
    model.subgraphs[0].operators[0].builtinOptions.elseSubgraphIndex = 3
    builder = flatbuffers.Builder(0)
    builder.Finish(model.Pack(builder), b"TFL3")
    content = with_subgraphs(bytes(builder.Output()), [nested])
    inputs = [np.repeat(_numbers(9, "int8"), 2, axis=0), np.array([True, False])]
    (ours,) = run_integer(load_quantized(content), inputs).values()
    (theirs,) = run_micro(content, inputs)
    np.testing.assert_array_equal(ours, theirs.reshape(ours.shape))
    assert not np.array_equal(ours[0], ours[1])
