"""An average over a whole image has a scale of its own where the image's would be coarse."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from graphs import GraphBuilder
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import tflm_outputs

from mcuq.calibrate import calibrate
from mcuq.graph import Graph
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import dequantize_outputs, quantize_inputs, run_integer
from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import Padding
from mcuq.ops.mean import MEAN
from mcuq.ops.pooling import AVERAGE_POOL_2D, PoolAttrs
from mcuq.quantize import Config, quantize

Floats = npt.NDArray[np.float32]


@given(
    st.integers(1, 9), st.integers(1, 9), st.integers(1, 5), st.floats(4.0, 40.0),
    st.integers(0, 2**32 - 1),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_bytes_are_those_of_tensorflow_lite_micro(
    height: int, width: int, channels: int, outlier: float, seed: int
) -> None:
    b = GraphBuilder()
    source = b.input("x", 1, height, width, channels)
    attrs = PoolAttrs((height, width), (1, 1))
    graph = b.graph(b.op(AVERAGE_POOL_2D, "y", [source], 1, 1, 1, channels, attrs=attrs))
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(24, height, width, channels)).astype(np.float32)
    x[0, 0, 0, 0] = outlier
    qgraph = quantize(graph, calibrate(graph, x))
    stored = quantize_inputs(qgraph, [x])
    (theirs,) = tflm_outputs(qgraph, stored)
    np.testing.assert_array_equal(run_integer(qgraph, stored)["y"].reshape(theirs.shape), theirs)


def pooled(attrs: PoolAttrs, size: int = 1) -> Graph:
    b = GraphBuilder()
    return b.graph(b.op(AVERAGE_POOL_2D, "y", [b.input("x", 1, 8, 6, 3)], 1, size, size, 3,
                        attrs=attrs))  # fmt: skip


def images(outlier: float) -> Floats:
    x = np.random.default_rng(3).uniform(0.0, 1.0, (32, 8, 6, 3)).astype(np.float32)
    x[0, 0, 0] = outlier
    return x


def kind_of(graph: Graph, x: Floats, config: Config | None = None) -> object:
    return quantize(graph, calibrate(graph, x), config).ops[0].kind


WHOLE = PoolAttrs((8, 6), (1, 1))


def test_a_coarse_average_is_a_mean_of_finer_steps() -> None:
    graph, x = pooled(WHOLE), images(20.0)
    qgraph = quantize(graph, calibrate(graph, x))
    assert qgraph.ops[0].kind is MEAN
    assert qgraph.tensors["y"].shape == (1, 1, 1, 3)
    assert qgraph.tensors["y"].scale[0] < qgraph.tensors["x"].scale[0] / 8
    found = dequantize_outputs(qgraph, run_integer(qgraph, quantize_inputs(qgraph, [x])))["y"]
    wanted = run_float(graph, [x])["y"]
    assert np.abs(found.reshape(wanted.shape) - wanted).max() < qgraph.tensors["x"].scale[0] / 4


def test_strides_do_not_matter_where_there_is_one_window() -> None:
    assert kind_of(pooled(PoolAttrs((8, 6), (8, 6), Padding.SAME)), images(20.0)) is MEAN


@pytest.mark.parametrize(
    "graph",
    [
        pooled(PoolAttrs((4, 3), (4, 3)), 2),
        pooled(PoolAttrs((8, 6), (1, 1), activation=Activation.RELU)),
    ],
)
def test_other_averages_stay(graph: Graph) -> None:
    assert kind_of(graph, images(20.0)) is AVERAGE_POOL_2D


def test_an_average_of_similar_range_stays() -> None:
    flat = np.ones((32, 8, 6, 3), np.float32) * np.arange(32, dtype=np.float32)[:, None, None, None]
    assert kind_of(pooled(WHOLE), flat) is AVERAGE_POOL_2D


def test_int16_has_steps_enough() -> None:
    assert kind_of(pooled(WHOLE), images(20.0), Config(activation_bits=16)) is AVERAGE_POOL_2D


def test_one_wide_side_is_bridged() -> None:
    graph, x = pooled(WHOLE), images(20.0)
    qgraph = quantize(graph, calibrate(graph, x), Config(wide=("x",)))
    assert MEAN in {op.kind for op in qgraph.ops}
    found = dequantize_outputs(qgraph, run_integer(qgraph, quantize_inputs(qgraph, [x])))["y"]
    wanted = run_float(graph, [x])["y"]
    assert np.abs(found.reshape(wanted.shape) - wanted).max() < 0.02
