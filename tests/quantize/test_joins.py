"""A CONCATENATION does not take the resolution of a value that others read too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from graphs import GraphBuilder, Ranges
from hypothesis import given, settings
from hypothesis import strategies as st

from mcuq.calibrate import calibrate
from mcuq.data import load_data
from mcuq.graph import Graph
from mcuq.importers import load_model
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import dequantize_outputs, quantize_inputs, run_integer
from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import Padding
from mcuq.ops.movement import CONCATENATION, ConcatAttrs
from mcuq.ops.pooling import MAX_POOL_2D, PoolAttrs
from mcuq.ops.unary import LEAKY_RELU, RELU, TANH
from mcuq.ops.weighted import CONV_2D
from mcuq.ops.weighted_params import ConvAttrs
from mcuq.quantize import Config, quantize
from mcuq.quantized import QuantizedGraph

Floats = npt.NDArray[np.float32]


def branched(ratio: float, seed: int = 0) -> tuple[Graph, Floats]:
    """a → c, `ratio` times larger; CONCATENATION of a and c; a → d beside it."""
    rng = np.random.default_rng(seed)
    b = GraphBuilder()

    def conv(name: str, source: str, inputs: int, outputs: int, gain: float = 1.0) -> str:
        weight = rng.normal(size=(outputs, 3, 3, inputs)) * gain / np.sqrt(9 * inputs)
        operands = [source, b.constant(f"w{name}", weight)]
        activation = Activation.RELU if name == "a" else Activation.NONE
        attrs = ConvAttrs(padding=Padding.SAME, activation=activation)
        return b.op(CONV_2D, name, operands, 1, 6, 6, outputs, attrs=attrs)

    a = conv("a", b.input("x", 1, 6, 6, 4), 4, 8)
    c = conv("c", a, 8, 8, ratio)
    joined = b.op(CONCATENATION, "k", [a, c], 1, 6, 6, 16, attrs=ConcatAttrs(3))
    graph = b.graph(conv("d", a, 8, 8), conv("z", joined, 16, 4))
    return graph, rng.normal(size=(48, 6, 6, 4)).astype(np.float32)


def ratio_db(graph: Graph, x: Floats, qgraph: QuantizedGraph) -> dict[str, float]:
    """Signal to quantization noise of each output, against the float model."""
    found = dequantize_outputs(qgraph, run_integer(qgraph, quantize_inputs(qgraph, [x])))
    expected = run_float(graph, [x])
    return {
        name: 10 * np.log10(np.square(y).sum() / np.square(y - found[name].reshape(y.shape)).sum())
        for name, y in expected.items()
    }


@settings(max_examples=12)
@given(power=st.floats(-6, 6), seed=st.integers(0, 1000), bits=st.sampled_from([8, 16]))
def test_a_branch_keeps_its_resolution(power: float, seed: int, bits: int) -> None:
    """However much larger or smaller the value is that it is joined with."""
    graph, x = branched(10**power, seed)
    config = Config(activation_bits=bits)
    assert ratio_db(graph, x, quantize(graph, calibrate(graph, x), config))["d"] > 27


def test_the_copy_is_only_made_where_it_helps() -> None:
    for ratio, copies in ((1.0, 0), (100.0, 1)):
        graph, x = branched(ratio)
        kinds = [op.kind for op in quantize(graph, calibrate(graph, x)).ops]
        assert kinds.count(LEAKY_RELU) == copies


def test_a_value_that_nothing_else_reads_is_joined_as_it_is() -> None:
    b = GraphBuilder()
    x, y = b.input("x", 1, 4), b.input("y", 1, 4)
    small = b.op(RELU, "small", [x], 1, 4)
    out = b.op(CONCATENATION, "out", [small, y], 1, 8, attrs=ConcatAttrs(1))
    ranges = Ranges({"x": (-1.0, 1.0), "small": (0.0, 1.0), "y": (-100.0, 100.0)})
    assert [op.kind for op in quantize(b.graph(out), ranges).ops] == [
        RELU,
        CONCATENATION,
    ]


def test_readers_of_views_and_the_caller_count() -> None:
    """A pooled form that another layer reads, and a model output, keep their scale."""
    for reads in ("view", "output"):
        b = GraphBuilder()
        x, y = b.input("x", 1, 4, 4, 2), b.input("y", 1, 4, 4, 2)
        small = b.op(RELU, "small", [x], 1, 4, 4, 2)
        outputs = [b.op(CONCATENATION, "out", [small, y], 1, 4, 4, 4, attrs=ConcatAttrs(3))]
        if reads == "output":
            outputs.append(small)
        else:
            pooled = PoolAttrs((2, 2), (2, 2))
            view = b.op(MAX_POOL_2D, "view", [small], 1, 2, 2, 2, attrs=pooled)
            outputs.append(b.op(TANH, "t", [view], 1, 2, 2, 2))
        ranges = Ranges({"x": (-1.0, 1.0), "small": (0.0, 1.0), "y": (-100.0, 100.0)})
        qgraph = quantize(b.graph(*outputs), ranges)
        assert qgraph.tensors["small"].scale[0] == np.float32(1 / 255)
        assert qgraph.tensors["out"].scale[0] == np.float32(200 / 255)


def test_joins_of_joins_are_each_judged() -> None:
    b = GraphBuilder()
    x = b.input("x", 1, 4)
    one = b.op(RELU, "one", [x], 1, 4)
    two = b.op(CONCATENATION, "two", [x, one], 1, 8, attrs=ConcatAttrs(1))
    big = b.input("big", 1, 4)
    three = b.op(CONCATENATION, "three", [two, big], 1, 12, attrs=ConcatAttrs(1))
    used = b.op(TANH, "used", [two], 1, 8)
    ranges = Ranges({"x": (-1.0, 1.0), "one": (0.0, 1.0), "big": (-50.0, 50.0)})
    qgraph = quantize(b.graph(three, used), ranges)
    assert qgraph.tensors["x"].scale[0] == qgraph.tensors["two"].scale[0] == np.float32(2 / 255)
    assert qgraph.tensors["three"].scale[0] == np.float32(100 / 255)


@pytest.mark.parametrize(("bits", "least"), [(8, 30.0), (16, 35.0)])
def test_a_skip_connection_from_elsewhere(cases: Path, bits: int, least: float) -> None:
    pytest.importorskip("onnx")
    graph = load_model(cases / "models" / "skip_concat_r100.onnx")
    x = load_data(cases / "data" / "skip_concat_r100.npz", graph).inputs[0]
    qgraph = quantize(graph, calibrate(graph, x), Config(activation_bits=bits))
    assert min(ratio_db(graph, x, qgraph).values()) > least
