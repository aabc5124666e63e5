"""One channel at a time: which go, which have to stay, and what becomes of the constants."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mcuq.eliminate import LayerChannels, eliminate
from mcuq.examples import example_dir
from mcuq.graph import Graph, Op
from mcuq.graph.counts import macs
from mcuq.importers import load_model
from mcuq.importers.builder import GraphBuilder
from mcuq.interpret.float import run_float
from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import Padding
from mcuq.ops.binary import ADD, BinaryAttrs
from mcuq.ops.movement import CONCATENATION, PAD, ConcatAttrs, PadAttrs
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED
from mcuq.ops.weighted_params import ConvAttrs, DepthwiseConvAttrs, FullyConnectedAttrs

RNG = np.random.default_rng(0)
WEIGHTS = RNG.normal(size=(8, 1, 1, 3))
START = RNG.normal(size=8)


class Net:
    """A network of one input of 3 channels whose first layer, of 8, is 1 × 1."""

    def __init__(self, weights: np.ndarray = WEIGHTS, start: np.ndarray = START) -> None:
        self.build = GraphBuilder()
        self.last = self.build.input((1, 5, 5, 3), "x")
        self.conv("first", weights, start, activation=Activation.RELU)

    def conv(
        self, name: str, weights: np.ndarray, start: np.ndarray | None = None, *,
        padding: Padding = Padding.SAME, activation: Activation = Activation.NONE,
    ) -> None:  # fmt: skip
        self.op(CONV_2D, ConvAttrs(padding=padding, activation=activation), name, weights, start)

    def depthwise(self, name: str, weights: np.ndarray, start: np.ndarray | None = None) -> None:
        attrs = DepthwiseConvAttrs(padding=Padding.SAME)
        self.op(DEPTHWISE_CONV_2D, attrs, name, weights, start)

    def op(self, kind, attrs, name: str, *constants: np.ndarray | None) -> None:  # type: ignore[no-untyped-def]
        given = [x for x in constants if x is not None]
        operands = [self.last, *(self.build.constant(x, f"{name}/c") for x in given)]
        self.last = self.build.op(kind, attrs, operands, name)

    def graph(self) -> Graph:
        return self.build.graph("net", (self.last,))


def gone(graph: Graph, **inputs: tuple[float, float]) -> dict[str, LayerChannels]:
    """The layers that lost channels; the outputs are those that they were."""
    found = eliminate(graph, inputs)
    x = [np.random.default_rng(1).normal(size=(4, 5, 5, 3)).astype(np.float32)]
    before, after = (run_float(each, x)[graph.outputs[0]] for each in (graph, found.graph))
    np.testing.assert_allclose(after, before, rtol=1e-4, atol=1e-4)
    return {layer.layer: layer for layer in found.layers}


def dense(outputs: int, taps: int = 1, depth: int = 8) -> np.ndarray:
    return RNG.normal(size=(outputs, taps, taps, depth))


def with_constant(value: float) -> tuple[np.ndarray, np.ndarray]:
    """A first layer whose channel 2 has that value."""
    weights, start = WEIGHTS.copy(), START.copy()
    weights[2], start[2] = 0, value
    return weights, start


@pytest.mark.parametrize("padding", Padding)
@pytest.mark.parametrize("taps", [1, 3])
@pytest.mark.parametrize("value", [-1.0, 0.0, 0.5])
def test_padding_makes_a_constant_vary(padding: Padding, taps: int, value: float) -> None:
    """A constant is none at the border of an image that is padded; zero is."""
    net = Net(*with_constant(value))
    net.conv("second", dense(4, taps), padding=padding)
    stays = value > 0 and padding is Padding.SAME and taps == 3
    assert bool(gone(net.graph())) is not stays


def test_a_padded_constant_varies() -> None:
    weights, start = with_constant(0.5)
    net = Net(weights, start)
    net.op(PAD, PadAttrs(((0, 0), (1, 1), (0, 0), (0, 0))), "pad")
    net.conv("second", dense(4))
    assert not gone(net.graph())


def test_a_constant_becomes_bias_where_there_was_none() -> None:
    net = Net(*with_constant(0.5))
    net.conv("second", dense(4))
    graph = net.graph()
    assert gone(graph)["first"] == LayerChannels("first", 8, 7, 0, 1, 0, 0)
    last = eliminate(graph).graph.ops[-1]
    assert len(last.inputs) == 3 and len(graph.ops[-1].inputs) == 2


def test_equal_channels_are_merged_through_a_depthwise_layer() -> None:
    weights, start = WEIGHTS.copy(), START.copy()
    weights[5], start[5] = weights[1], start[1]
    taps = RNG.normal(size=(1, 3, 3, 8))
    different = Net(weights, start)
    different.depthwise("depthwise", taps)
    different.conv("last", dense(4))
    assert not gone(different.graph())
    taps[..., 5] = taps[..., 1]
    equal = Net(weights, start)
    equal.depthwise("depthwise", taps)
    equal.conv("last", dense(4))
    found = gone(equal.graph())
    assert {layer.duplicate for layer in found.values()} == {1} and len(found) == 2


def test_a_channel_whose_filter_is_dead_is_read_by_nobody() -> None:
    taps = RNG.normal(size=(1, 3, 3, 8))
    taps[..., 3] = 0
    net = Net()
    net.depthwise("depthwise", taps, START)
    net.conv("last", dense(4))
    found = gone(net.graph())
    assert found["first"].unused == 1 and found["depthwise"].constant == 1


def test_unread_channels_go_with_what_computes_them() -> None:
    weights = dense(4)
    weights[..., 6] = 0
    net = Net()
    net.conv("last", weights)
    assert gone(net.graph())["first"].unused == 1


def test_a_sum_needs_all_its_operands() -> None:
    """A channel that is zero in one operand alone stays in both; in both it goes."""
    weights, start = with_constant(-1.0)
    for other, lost in ((dense(8, depth=3), 0), (weights, 1)):
        net = Net(weights, start)
        first = net.last
        net.last = "x"
        net.conv("other", other, start, activation=Activation.RELU)
        net.last = net.build.op(ADD, BinaryAttrs(), [first, net.last], "sum")
        net.conv("last", dense(4))
        found = gone(net.graph())
        assert sum(layer.zero for layer in found.values()) == 2 * lost


def test_outputs_keep_their_shape() -> None:
    net = Net(*with_constant(-1.0))
    assert not gone(net.graph())


def test_states_keep_their_shape() -> None:
    """Both what is read of them and what is written, although no weight reads channel 3."""
    build = GraphBuilder()
    x = build.input((1, 4), "x")
    state = build.state(np.zeros((1, 4), np.float32), "state")
    weights = [build.constant(each, "w") for each in (np.diag([1, 2, 0, 3]), np.eye(2, 4))]
    new = build.op(FULLY_CONNECTED, FullyConnectedAttrs(), [x, weights[0]], "new")
    build.op(FULLY_CONNECTED, FullyConnectedAttrs(), [state, weights[1]], "y")
    build.assign(state, new)
    graph = build.graph("net", ("y",))
    assert eliminate(graph).graph is graph


def test_shared_and_grouped_filters_stay() -> None:
    weights, start = with_constant(-1.0)
    net = Net(weights, start)
    net.conv("grouped", RNG.normal(size=(4, 1, 1, 4)))
    assert not gone(net.graph())
    shared = Net(weights, start)
    first = shared.last
    filters = shared.build.constant(dense(8), "w")
    for name in "ab":
        shared.last = shared.build.op(CONV_2D, ConvAttrs(), [shared.last, filters], name)
    shared.last = shared.build.op(CONCATENATION, ConcatAttrs(3), [first, shared.last], "both")
    assert not gone(shared.graph())


def test_a_bias_that_layers_share_is_cut_for_each() -> None:
    net = Net()
    shared = np.abs(START)
    shared[[2, 5]] = -1
    start = net.build.constant(shared, "shared")
    for name, dead in (("a", [2]), ("b", [2, 5])):
        filters = dense(8)
        filters[dead] = 0
        operands = [net.last, net.build.constant(filters, f"{name}/c"), start]
        net.last = net.build.op(CONV_2D, ConvAttrs(activation=Activation.RELU), operands, name)
    net.conv("last", dense(4))
    found = gone(net.graph())
    assert [found[name].after for name in "ab"] == [7, 6]


def test_a_layer_keeps_a_channel() -> None:
    net = Net(WEIGHTS * 0, -np.abs(START))
    net.conv("last", dense(4), START[:4])
    graph = net.graph()
    assert gone(graph)["first"] == LayerChannels("first", 8, 1, 7, 0, 0, 0)


def test_stored_ranges_are_part_of_the_model() -> None:
    """A range that leaves nothing but zero makes constants; it stays with its tensor."""
    net = Net()
    net.conv("last", dense(4), START[:4])
    graph = replace(net.graph(), ranges={"first": (0.0, 0.0)})
    found = eliminate(graph)
    assert [layer.zero for layer in found.layers] == [7]
    assert found.graph.ranges == graph.ranges


def test_tiny_weights_count_by_what_they_can_do() -> None:
    """1e-30 beside a bias is nothing for any input that is bounded; 1e-3 is something."""
    for size, lost in ((1e-30, 1), (1e-3, 0)):
        weights, start = WEIGHTS.copy(), START.copy()
        weights[2], start[2] = weights[2] * size, 0.5
        net = Net(weights, start)
        net.conv("last", dense(4))
        graph = net.graph()
        assert not gone(graph)
        found = gone(graph, x=(-4.0, 4.0))
        assert sum(layer.constant for layer in found.values()) == lost


def weighted(graph: Graph) -> list[Op]:
    return [op for op in graph.ops if op.kind.weighted]


def test_digits_stay_as_they_are() -> None:
    graph = load_model(example_dir("digits") / "digits_float32.tflite")
    assert eliminate(graph, {graph.inputs[0]: (-32.0, 32.0)}).graph is graph


@pytest.mark.parametrize(
    "model", ["kws_float32", "resnet8_float32", "ad01_fp32", "str_ww_ref_model"]
)
def test_trained_networks_without_dead_channels_stay(mlperf_tiny: Path, model: str) -> None:
    graph = load_model(mlperf_tiny / f"{model}.tflite")
    spans = dict.fromkeys(graph.inputs, (-512.0, 512.0))
    assert eliminate(graph, spans).graph is graph


def test_visual_wake_words_is_half_of_what_it_seems(mlperf_tiny: Path) -> None:
    graph = load_model(mlperf_tiny / "vww_96_float.tflite")
    images = np.load(mlperf_tiny / "vww_calibration.npz")["x"].astype(np.float32)
    less = eliminate(graph, {graph.inputs[0]: (-2.0, 2.0)}).graph
    assert sum(less.tensors[name].size for name in less.weights) < 29_700
    assert sum(macs(less, op) for op in less.ops) < 3.75e6
    before, after = (run_float(each, [images])[graph.outputs[0]] for each in (graph, less))
    assert np.abs(after - before).max() < 1e-6
