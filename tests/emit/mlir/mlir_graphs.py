"""Graphs to write, and mlir-opt."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from functools import reduce

import pytest
from hypothesis import strategies as st
from kinds_of_tests import FLOAT, MLIR
from operator_cases import cases, random_reals

from mcuq.calibrate import calibrate
from mcuq.graph import Graph, Op
from mcuq.quantize import Config, WeightChoice, quantize
from mcuq.quantized import QuantizedGraph

MLIR_OPT = next((path for name in ("mlir-opt-19", "mlir-opt") if (path := shutil.which(name))), "")
SAID = [kind for kind in FLOAT.operators if kind in MLIR.operators]
needs_mlir_opt = pytest.mark.skipif(
    not MLIR_OPT, reason="mlir-opt is not installed (apt-get install mlir-19-tools)"
)


def mlir_opt(text: str) -> str:
    """`text` as mlir-opt verifies and reprints it."""
    done = subprocess.run(
        [MLIR_OPT, "--mlir-print-op-generic", "-"], input=text, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def quantized(graph: Graph, bits: int, seed: int = 0) -> QuantizedGraph:
    ranges = calibrate(graph, random_reals(graph, seed))
    return quantize(graph, ranges, Config(default_weight=WeightChoice(bits)))


@st.composite
def joined(draw: st.DrawFn) -> Graph:
    """Several one-operator graphs side by side, with names that need escaping."""
    kinds = draw(st.lists(st.sampled_from(SAID), min_size=1, max_size=4))
    parts = [_renamed(draw(cases(kind)).graph, f'{i}/"ü\\;\n') for i, kind in enumerate(kinds)]
    return reduce(_beside, parts)


def _renamed(graph: Graph, prefix: str) -> Graph:
    def new(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(prefix + name for name in names)

    tensors = {
        prefix + name: replace(tensor, name=prefix + name) for name, tensor in graph.tensors.items()
    }
    ops = tuple(
        Op(op.kind, prefix + op.name, new(op.inputs), new(op.outputs), op.attrs) for op in graph.ops
    )
    return Graph(graph.name, tensors, ops, new(graph.inputs), new(graph.outputs))


def _beside(first: Graph, second: Graph) -> Graph:
    return Graph(
        "side by side",
        {**first.tensors, **second.tensors},
        first.ops + second.ops,
        first.inputs + second.inputs,
        first.outputs + second.outputs,
    )
