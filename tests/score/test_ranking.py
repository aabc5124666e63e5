"""LiteRT runs what the exact evaluator runs, whatever the first dimension of a tensor is."""

from __future__ import annotations

import numpy as np
import pytest
from ranked import ranked

from mcuq.calibrate import calibrate
from mcuq.graph import Graph, Op, Tensor
from mcuq.interpret.integer import dequantize_outputs, quantize_inputs, run_integer
from mcuq.ops.movement import RESHAPE, TRANSPOSE, ReshapeAttrs, TransposeAttrs
from mcuq.quantize import quantize


@pytest.mark.parametrize("shape", [(1, 4, 6), (2, 3, 4), (4, 6)])
def test_samples_one_by_one_and_in_batches(shape: tuple[int, ...]) -> None:
    perm = (*range(len(shape) - 2), len(shape) - 1, len(shape) - 2)
    moved = tuple(shape[axis] for axis in perm)
    sizes = {"x": (1, 24), "a": shape, "b": moved, "y": (1, 24)}
    ops = (
        Op(RESHAPE, "a", ("x",), ("a",), ReshapeAttrs(shape)),
        Op(TRANSPOSE, "b", ("a",), ("b",), TransposeAttrs(perm)),
        Op(RESHAPE, "y", ("b",), ("y",), ReshapeAttrs((1, 24))),
    )
    tensors = {name: Tensor(name, size) for name, size in sizes.items()}
    graph = Graph("shuffle", tensors, ops, ("x",), ("y",))
    samples = [np.random.default_rng(0).normal(size=(5, 24)).astype(np.float32)]
    qgraph = quantize(graph, calibrate(graph, samples))
    exact = dequantize_outputs(qgraph, run_integer(qgraph, quantize_inputs(qgraph, samples)))
    found = ranked(qgraph, samples, "y")
    assert np.array_equal(found.reshape(5, 24), exact["y"].reshape(5, 24))
