"""Who shares a scale with whom, and what happens where prescribed scales meet others."""

from __future__ import annotations

import numpy as np
from graphs import GraphBuilder, Ranges

from mcuq.interpret.integer import dequantize_outputs, quantize_inputs, run_integer
from mcuq.ops.clip import CLIP, ClipAttrs
from mcuq.ops.movement import CONCATENATION, PAD, RESHAPE, ConcatAttrs, PadAttrs, ReshapeAttrs
from mcuq.ops.pooling import MAX_POOL_2D, PoolAttrs
from mcuq.ops.softmax import SOFTMAX, SoftmaxAttrs
from mcuq.ops.unary import LEAKY_RELU, LOGISTIC, RELU6, TANH
from mcuq.quantize import Config, group_roots, quantize, share_activations
from mcuq.quantized import QuantizedGraph


def params(qgraph: QuantizedGraph, name: str) -> tuple[float, int]:
    tensor = qgraph.tensors[name]
    return float(tensor.scale[0]), tensor.zero_point


def test_views_share_their_source() -> None:
    b = GraphBuilder()
    x = b.input("x", 1, 4, 4, 2)
    pool = b.op(MAX_POOL_2D, "pool", [x], 1, 2, 2, 2, attrs=PoolAttrs((2, 2), (2, 2)))
    flat = b.op(RESHAPE, "flat", [pool], 1, 8, attrs=ReshapeAttrs((1, 8)))
    graph = b.graph(flat)
    qgraph = quantize(graph, Ranges({"x": (-3.0, 1.0), "pool": (0.0, 9.0)}))
    assert params(qgraph, "x") == params(qgraph, "pool") == params(qgraph, "flat")
    # The pooled values are values of x: their own range does not widen the group.
    assert params(qgraph, "x")[0] == np.float32(4 / 255)
    assert list(group_roots(share_activations(graph)).values()) == [("x",)]


def test_concatenation_joins_ranges_of_inputs_and_constants() -> None:
    b = GraphBuilder()
    x, y = b.input("x", 1, 3), b.input("y", 1, 3)
    c = b.constant("c", [[-5.0, 0.5, 1.0]])
    joined = b.op(CONCATENATION, "joined", [x, y, c], 1, 9, attrs=ConcatAttrs(1))
    qgraph = quantize(b.graph(joined), Ranges({"x": (0.0, 1.0), "y": (-1.0, 3.0)}))
    assert {params(qgraph, name) for name in ("x", "y", "c", "joined")} == {
        (np.float32(8 / 255), 31)
    }
    constant = qgraph.tensors["c"]
    assert constant.data is not None
    assert constant.data.tolist() == [[-128, 47, 63]]


def test_padded_probabilities_keep_the_prescribed_scale() -> None:
    b = GraphBuilder()
    p = b.op(SOFTMAX, "p", [b.input("x", 1, 4)], 1, 4, attrs=SoftmaxAttrs())
    out = b.op(PAD, "out", [p], 1, 6, attrs=PadAttrs(((0, 0), (1, 1))))
    qgraph = quantize(b.graph(out), Ranges())
    assert params(qgraph, "p") == params(qgraph, "out") == (1 / 256, -128)


def test_equally_prescribed_inputs_concatenate_as_they_are() -> None:
    b = GraphBuilder()
    x = b.input("x", 1, 4)
    one = b.op(LOGISTIC, "one", [x], 1, 4)
    two = b.op(SOFTMAX, "two", [x], 1, 4, attrs=SoftmaxAttrs())
    out = b.op(CONCATENATION, "out", [one, two], 1, 8, attrs=ConcatAttrs(1))
    qgraph = quantize(b.graph(out), Ranges())
    assert len(qgraph.ops) == 3
    assert params(qgraph, "out") == (1 / 256, -128)


def test_prescribed_and_other_inputs_meet_through_rescaling() -> None:
    b = GraphBuilder()
    x = b.input("x", 1, 4)
    gate = b.op(LOGISTIC, "gate", [x], 1, 4)
    bent = b.op(TANH, "bent", [x], 1, 4)
    out = b.op(CONCATENATION, "out", [gate, x, bent], 1, 12, attrs=ConcatAttrs(1))
    graph = b.graph(out)
    qgraph = quantize(graph, Ranges({"x": (-4.0, 4.0), "gate": (0.0, 1.0), "bent": (-1.0, 1.0)}))
    assert [op.kind for op in qgraph.ops].count(LEAKY_RELU) == 2
    assert params(qgraph, "gate") == (1 / 256, -128)
    assert params(qgraph, "bent") == (1 / 128, 0)
    assert params(qgraph, "out") == params(qgraph, "x")
    real = np.array([[-3.0, -0.5, 0.5, 3.0]], np.float32)
    outputs = run_integer(qgraph, quantize_inputs(qgraph, [real]))
    expected = np.concatenate([1 / (1 + np.exp(-real)), real, np.tanh(real)], axis=1)
    step = params(qgraph, "out")[0]
    assert np.abs(dequantize_outputs(qgraph, outputs)["out"] - expected).max() <= 1.01 * step


def test_observers_of_roots_decide() -> None:
    b = GraphBuilder()
    x = b.input("x", 1, 4)
    out = b.op(RESHAPE, "out", [x], 2, 2, attrs=ReshapeAttrs((2, 2)))
    ranges = Ranges({"x:minmax": (-10.0, 10.0), "x:tight": (-1.0, 1.0), "out": (-7.0, 7.0)})
    graph = b.graph(out)
    wide = quantize(graph, ranges)
    tight = quantize(graph, ranges, Config(observers={"x": "tight"}))
    assert params(wide, "out")[0] == np.float32(20 / 255)
    assert params(tight, "out")[0] == np.float32(2 / 255)


def test_relu6_alone_behind_a_tensor_narrows_it() -> None:
    b = GraphBuilder()
    x = b.input("x", 1, 4)
    out = b.op(RELU6, "out", [x], 1, 4)
    qgraph = quantize(b.graph(out), Ranges({"x": (-20.0, 20.0)}))
    assert params(qgraph, "x") == params(qgraph, "out") == (np.float32(6 / 255), -128)


def test_a_clip_alone_behind_a_tensor_narrows_it() -> None:
    b = GraphBuilder()
    x = b.input("x", 1, 4)
    out = b.op(CLIP, "out", [x], 1, 4, attrs=ClipAttrs(-1.0, 2.0))
    qgraph = quantize(b.graph(out), Ranges({"x": (-20.0, 20.0)}))
    assert params(qgraph, "x") == params(qgraph, "out") == (np.float32(3 / 255), -43)
