"""The TOSA that is written computes what the graph computes, says LLVM's own lowering of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kinds_of_tests import FLOAT
from mlir_run import compile_runtime, largest_difference, needs_runner
from operator_cases import cases

from mcuq.emit.mlir import write_mlir
from mcuq.graph import Graph, Op, Tensor
from mcuq.interpret.float import run_float
from mcuq.ops.interpolation import ResizeAttrs
from mcuq.ops.operator import AnyOperator
from mcuq.ops.resize import RESIZE_NEAREST_NEIGHBOR


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_runtime(tmp_path_factory.mktemp("runtime"))


@needs_runner
@pytest.mark.slow
@pytest.mark.parametrize("kind", FLOAT.operators)
@given(data=st.data())
@settings(max_examples=5)
def test_tosa_computes_what_the_graph_computes(
    kind: AnyOperator, library: Path, data: st.DataObject
) -> None:
    case = data.draw(cases(kind))
    inputs = case.reals(samples=1)
    expected = run_float(case.graph, inputs)["y"]
    assert largest_difference(case.graph, inputs, expected, library) <= 1e-5


@needs_runner
def test_a_resize_that_float32_rounds_otherwise_is_gathered(library: Path) -> None:
    """From 14 to 46 columns some exact position is whole and TFLite's lies just below."""
    attrs = ResizeAttrs((2, 46))
    x = np.arange(28, dtype=np.float32).reshape(1, 2, 14, 1)
    tensors = {"x": Tensor("x", x.shape), "y": Tensor("y", (1, 2, 46, 1))}
    op = Op(RESIZE_NEAREST_NEIGHBOR, "y", ("x",), ("y",), attrs)
    graph = Graph("main", tensors, (op,), ("x",), ("y",))
    assert "tosa.gather" in write_mlir(graph)
    assert largest_difference(graph, [x], run_float(graph, [x])["y"], library) == 0
