"""DEQUANTIZE, a function of float32, QUANTIZE is one operator of int8, with the same bytes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from mcuq.emit.tflite import tflite_bytes
from mcuq.errors import InputError
from mcuq.importers import load_tflite
from mcuq.interpret.integer import run_integer
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.operator import AnyOperator
from mcuq.ops.real_functions import EXP, LOG, NEG, SQRT, SQUARE
from mcuq.prequantized.load import load_quantized
from mcuq.tflite.builder import OperatorSpec, TensorSpec, build_model
from mcuq.tflite.micro import run_micro
from mcuq.tflite.operators.catalog import FORMS
from mcuq.tflite.operators.functions import REAL_FORMS

KINDS = [form.rule.kind for form in REAL_FORMS]
EVERY_INPUT = np.arange(-128, 128, dtype=np.int8).reshape(1, 1, 256)
Grid = tuple[float, int]


def island(kind: AnyOperator, source: Grid, result: Grid, read_twice: bool = False) -> bytes:
    """int8 in and out, the function of float32 between them."""
    tensors = [
        _int8("x", source),
        TensorSpec("real", (1, 256), "float32"),
        TensorSpec("value", (1, 256), "float32"),
        _int8("y", result),
        _int8("z", result),
    ]
    ops = [
        OperatorSpec("DEQUANTIZE", (0,), (1,)),
        OperatorSpec(kind.name, (1,), (2,), FORMS[kind].options(NoAttrs())),
        OperatorSpec("QUANTIZE", (2,), (3,)),
    ]
    if read_twice:
        ops.append(OperatorSpec("QUANTIZE", (2,), (4,)))
    return build_model(tensors, ops, [0], [3, 4] if read_twice else [3])


def _int8(name: str, grid: Grid) -> TensorSpec:
    scale, zero_point = grid
    return TensorSpec(
        name, (1, 256), "int8", None, np.array([scale], np.float32), np.array([zero_point])
    )


_scales = st.sampled_from([0.5, 0.25, 1 / 3, 1 / 256, 1.5, 1.0]) | st.floats(-6.0, 4.0).map(
    lambda power: 10.0**power
)
"""1e-6 to 1e4, round ones among them, so that results lie on ties."""
_zero_points = st.sampled_from([-128, 0, 127]) | st.integers(-128, 127)


def _sources(kind: AnyOperator) -> st.SearchStrategy[Grid]:
    """Grids of which every integer has a result."""
    if kind in (SQRT, LOG):
        return st.tuples(_scales, st.just(-128))
    return st.tuples(_scales.map(lambda x: min(x, 0.05)) if kind is EXP else _scales, _zero_points)


def _results(kind: AnyOperator) -> st.SearchStrategy[Grid]:
    return st.tuples(_scales, st.integers(0, 127) if kind is LOG else _zero_points)


@pytest.mark.parametrize("kind", KINDS, ids=str)
@given(data=st.data())
def test_every_integer_gives_the_bytes_of_tflite_micro(
    kind: AnyOperator, data: st.DataObject
) -> None:
    """Those of the file, and those of what is written for it."""
    content = island(kind, data.draw(_sources(kind)), data.draw(_results(kind)))
    try:
        qgraph = load_quantized(content)
    except InputError as refused:
        assert "where runtimes differ" in str(refused)
        reject()
    assert [op.kind for op in qgraph.ops] == [kind]
    expected = run_micro(content, [EVERY_INPUT])[0].reshape(1, 256)
    found = run_integer(qgraph, [EVERY_INPUT[0]])[qgraph.outputs[0]]
    np.testing.assert_array_equal(found, expected)
    written = run_micro(tflite_bytes(qgraph), [EVERY_INPUT])[0]
    np.testing.assert_array_equal(written.reshape(1, 256), expected)


@pytest.mark.parametrize(
    "kind, source, result",
    [
        (SQRT, (0.1, -127), (0.1, -128)),  # one value below zero
        (LOG, (0.1, -128), (0.1, -1)),  # zero, and a zero point that leads below int32
        (EXP, (1.0, 0), (0.1, -128)),
        (SQUARE, (1e4, 0), (1e-4, 0)),
    ],
)
def test_results_that_runtimes_differ_in_are_refused(
    kind: AnyOperator, source: Grid, result: Grid
) -> None:
    with pytest.raises(InputError, match=f"{kind.name} of float32.* where runtimes differ"):
        load_quantized(island(kind, source, result))


def test_a_result_that_is_quantized_twice_is_refused() -> None:
    with pytest.raises(InputError, match="computes with float32 between integers"):
        load_quantized(island(NEG, (0.1, 0), (0.1, 0), read_twice=True))


@pytest.mark.parametrize(
    "kind, operands, why",
    [
        ("EXP", (0,), "has float32 alone"),
        ("DIV", (0, 0), "more than 31 bits"),
        ("ADD_N", (0, 0), "begin with minus the zero point"),
    ],
)
def test_integers_that_are_not_those_here_are_refused(
    kind: str, operands: tuple[int, ...], why: str
) -> None:
    tensors = [_int8("x", (0.01, 0)), _int8("y", (0.1, 0))]
    content = build_model(tensors, [OperatorSpec(kind, operands, (1,))], [0], [1])
    with pytest.raises(InputError, match=f"{kind} is of int8: .*{why}"):
        load_quantized(content)


def test_as_a_model_it_is_the_function_alone() -> None:
    assert [op.kind for op in load_tflite(island(EXP, (0.01, 0), (0.1, 0))).ops] == [EXP]
