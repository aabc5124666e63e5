"""Equalization changes how channels are scaled, not what the model computes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from graphs import GraphBuilder

from mcuq.graph import Graph
from mcuq.interpret.float import run_float
from mcuq.numeric.activation import Activation
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D
from mcuq.ops.weighted_params import ConvAttrs, DepthwiseConvAttrs
from mcuq.quantize.equalize import equalize


def model(activation: Activation = Activation.RELU) -> tuple[Graph, npt.NDArray[np.float32]]:
    """conv → depthwise (multiplier 2) → conv, with very uneven channels; one is dead."""
    rng = np.random.default_rng(8)
    uneven = np.array([10.0, 1.0, 0.1, 0.0]).reshape(4, 1, 1, 1)
    b = GraphBuilder()
    x = b.input("x", 1, 5, 5, 3)
    first = [
        x,
        b.constant("w1", rng.normal(size=(4, 1, 1, 3)) * uneven),
        b.constant("b1", [0.0] * 4),
    ]
    one = b.op(CONV_2D, "one", first, 1, 5, 5, 4, attrs=ConvAttrs(activation=activation))
    second = [one, b.constant("w2", rng.normal(size=(1, 3, 3, 8)))]
    attrs = DepthwiseConvAttrs(depth_multiplier=2)
    two = b.op(DEPTHWISE_CONV_2D, "two", second, 1, 3, 3, 8, attrs=attrs)
    third = [two, b.constant("w3", rng.normal(size=(2, 1, 1, 8)))]
    y = b.op(CONV_2D, "y", third, 1, 3, 3, 2, attrs=ConvAttrs())
    return b.graph(y), rng.normal(size=(20, 5, 5, 3)).astype(np.float32)


def magnitudes(graph: Graph, x: npt.NDArray[np.float32], name: str) -> npt.NDArray[np.float32]:
    return np.abs(run_float(graph, [x], keep=[name])[name]).max(axis=(0, 1, 2))


def test_outputs_stay_and_channels_before_depthwise_become_even() -> None:
    graph, x = model()
    even = equalize(graph, [x])
    np.testing.assert_allclose(
        run_float(even, [x])["y"], run_float(graph, [x])["y"], rtol=1e-4, atol=1e-4
    )
    before, after = magnitudes(graph, x, "one"), magnitudes(even, x, "one")
    assert before[0] / before[1] > 5
    assert after[0] / after[1] < 1.01


def test_convolutions_are_reached_on_request() -> None:
    graph, x = model()
    both = equalize(graph, [x], into_convolutions=True)
    np.testing.assert_allclose(
        run_float(both, [x])["y"], run_float(graph, [x])["y"], rtol=1e-4, atol=1e-4
    )
    spread = [np.ptp(np.log(magnitudes(g, x, "two")[:6])) for g in (graph, both)]
    assert spread[1] < spread[0]


def test_activations_that_do_not_commute_are_left_alone() -> None:
    graph, x = model(Activation.RELU6)
    even = equalize(graph, [x])
    assert all(even.tensors[name] is graph.tensors[name] for name in ("w1", "w2", "w3"))
