"""Candidates that LiteRT refuses are scored by the exact evaluator, in the same form."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from ranked import ranked

from mcuq.calibrate import calibrate
from mcuq.data import load_data
from mcuq.graph import Graph, Op, Tensor
from mcuq.importers import load_model
from mcuq.ops.movement import RESHAPE, ReshapeAttrs
from mcuq.ops.weighted import FULLY_CONNECTED
from mcuq.ops.weighted_params import FullyConnectedAttrs
from mcuq.pipeline.search import make_ranker
from mcuq.quantize import Config, quantize
from mcuq.resources import example_dir
from mcuq.score import ranking
from mcuq.score.prefix import PrefixCache

DIGITS = example_dir("digits")


def _dense() -> Graph:
    weights = np.random.default_rng(2).normal(0, 1, (3, 8)).astype(np.float32)
    tensors = {
        "x": Tensor("x", (1, 8)),
        "w": Tensor("w", (3, 8), weights),
        "y": Tensor("y", (1, 3)),
    }
    op = Op(FULLY_CONNECTED, "y", ("x", "w"), ("y",), FullyConnectedAttrs())
    return Graph("dense", tensors, (op,), ("x",), ("y",))


def test_constant_calibration_data_does_not_end_the_search() -> None:
    """XNNPACK refuses scales as small as those of an input that is always zero."""
    graph = _dense()
    zeros = np.zeros((4, 8), np.float32)
    qgraph = quantize(graph, calibrate(graph, [zeros]), Config())
    found = ranked(qgraph, [np.ones((2, 8), np.float32)], "y")
    assert found.shape == (2, 3)


def test_the_exact_evaluator_stands_in(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = load_model(DIGITS / "digits_float32.tflite")
    data = load_data(DIGITS / "calibration.npz", graph).take(70)
    qgraph = quantize(graph, calibrate(graph, data.inputs), Config())
    head = graph.ops[-1].inputs[0]
    ranker = make_ranker(graph, data)
    fast = ranked(qgraph, data.inputs, head)
    losses = ranker.losses(qgraph, (0, 70))

    def refuse(**_: object) -> None:
        raise RuntimeError("failed to create XNNPACK runtime")

    monkeypatch.setattr(ranking, "Interpreter", refuse)
    exact = ranked(qgraph, data.inputs, head)
    assert (exact.shape, exact.dtype) == (fast.shape, fast.dtype)
    # LiteRT is a step off here and there.
    assert np.abs(exact - fast).max() <= 1.01 * qgraph.tensors[head].scale[0]
    again = dataclasses.replace(ranker, cache=PrefixCache()).losses(qgraph, (0, 70))
    assert (again.shape, again.dtype) == (losses.shape, losses.dtype)
    assert np.isfinite(again).all()


@pytest.mark.parametrize("refused", [False, True])
def test_an_output_of_several_rows_is_whole(monkeypatch: pytest.MonkeyPatch, refused: bool) -> None:
    tensors = {"x": Tensor("x", (1, 6)), "y": Tensor("y", (2, 3))}
    op = Op(RESHAPE, "y", ("x",), ("y",), ReshapeAttrs((2, 3)))
    graph = Graph("rows", tensors, (op,), ("x",), ("y",))
    x = np.random.default_rng(0).normal(size=(5, 6)).astype(np.float32)
    qgraph = quantize(graph, calibrate(graph, [x]), Config())

    def refuse(**_: object) -> None:
        raise RuntimeError("failed to create XNNPACK runtime")

    if refused:
        monkeypatch.setattr(ranking, "Interpreter", refuse)
    found = ranked(qgraph, [x], "y")
    assert found.shape == (5, 2, 3)
    assert np.abs(found.reshape(5, 6) - x).max() <= 0.51 * qgraph.tensors["y"].scale[0]
