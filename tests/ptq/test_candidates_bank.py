"""The bank: same values from any number of workers or from disk, better than plain rounding."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from graphs import GraphBuilder

from mcuq.calibrate import Ranges, calibrate
from mcuq.errors import UsageError
from mcuq.graph import Graph
from mcuq.importers.tflite import load_tflite
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import dequantize_outputs, quantize_inputs, run_integer
from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import Padding
from mcuq.ops.movement import RESHAPE, ReshapeAttrs
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED
from mcuq.ops.weighted_params import ConvAttrs, DepthwiseConvAttrs, FullyConnectedAttrs
from mcuq.progress import Progress
from mcuq.ptq.candidates import RECIPES, build_bank
from mcuq.quantize import Bank, Config, WeightChoice, quantize
from mcuq_hil.cache import Cache

FEW = (WeightChoice(4, "gptq"), WeightChoice(4, "hessian"), WeightChoice(4, "refit"))


def network() -> tuple[Graph, npt.NDArray[np.float32], Ranges]:
    """conv, depthwise, dense with correlated inputs."""
    rng = np.random.default_rng(4)
    b = GraphBuilder()
    x = b.input("x", 1, 6, 6, 2)
    conv = [x, b.constant("w1", rng.normal(size=(8, 3, 3, 2)) * 0.3), b.constant("b1", [0.1] * 8)]
    attrs = ConvAttrs(padding=Padding.SAME, activation=Activation.RELU)
    one = b.op(CONV_2D, "one", conv, 1, 6, 6, 8, attrs=attrs)
    depth = [one, b.constant("w2", rng.normal(size=(1, 3, 3, 8)) * 0.5)]
    two = b.op(
        DEPTHWISE_CONV_2D, "two", depth, 1, 4, 4, 8,
        attrs=DepthwiseConvAttrs(activation=Activation.RELU),
    )  # fmt: skip
    flat = b.op(RESHAPE, "flat", [two], 1, 128, attrs=ReshapeAttrs((1, 128)))
    dense = [flat, b.constant("w3", rng.normal(size=(5, 128)) * 0.1), b.constant("b3", [0.0] * 5)]
    y = b.op(FULLY_CONNECTED, "y", dense, 1, 5, attrs=FullyConnectedAttrs())
    samples = np.cumsum(rng.normal(size=(64, 6, 6, 2)), axis=1).astype(np.float32)
    graph = b.graph(y)
    return graph, samples, calibrate(graph, samples)


def loss(
    graph: Graph, ranges: Ranges, x: npt.NDArray[np.float32], choice: WeightChoice, bank: Bank
) -> float:
    qgraph = quantize(graph, ranges, Config(default_weight=choice), bank)
    found = dequantize_outputs(qgraph, run_integer(qgraph, quantize_inputs(qgraph, [x])))
    expected = run_float(graph, [x])
    return float(sum(((found[n] - expected[n]) ** 2).mean() for n in graph.outputs))


def same(a: Bank, b: Bank) -> bool:
    return a.keys() == b.keys() and all(
        (a[k].values == b[k].values).all() and (a[k].scale == b[k].scale).all() for k in a
    )


def test_every_method_gives_every_filter_within_its_bits() -> None:
    graph, x, ranges = network()
    methods = [WeightChoice(bits, name) for bits in (4, 8) for name in RECIPES]
    bank = build_bank(graph, ranges, [x], methods=methods)
    assert len(bank) == len(methods) * 3
    for (_, choice), weight in bank.items():
        assert np.abs(weight.values).max() <= (7 if choice.bits == 4 else 127)
        assert (weight.scale > 0).all()
    assert bank["w3", WeightChoice(4, "gptq")].scale.shape == graph.tensors["w3"].shape[:1]
    assert bank["w2", WeightChoice(4, "gptq")].scale.shape == (8,)


def test_strong_candidates_beat_plain_rounding() -> None:
    graph, x, ranges = network()
    bank = build_bank(graph, ranges, [x], methods=FEW)
    plain = loss(graph, ranges, x, WeightChoice(4), {})
    assert loss(graph, ranges, x, WeightChoice(4, "gptq"), bank) < 0.6 * plain
    assert loss(graph, ranges, x, WeightChoice(4, "refit"), bank) < 0.4 * plain


@pytest.mark.slow
def test_workers_change_nothing() -> None:
    graph, x, ranges = network()
    one, two = (build_bank(graph, ranges, [x], methods=FEW, workers=n) for n in (1, 2))
    assert same(one, two)


def test_the_second_call_reads_the_first_ones_files(tmp_path: Path) -> None:
    graph, x, ranges = network()
    first = build_bank(graph, ranges, [x], methods=FEW, cache=Cache(tmp_path))
    stamps = {path: path.stat().st_ino for path in tmp_path.iterdir()}
    assert len(stamps) == len(FEW)
    seen: list[Progress] = []
    second = build_bank(
        graph, ranges, [x], methods=FEW, cache=Cache(tmp_path), progress=seen.append
    )
    assert same(first, second)
    assert [(p.done, p.total) for p in seen] == [(3, 3)]
    assert {path: path.stat().st_ino for path in tmp_path.iterdir()} == stamps


def test_other_data_means_other_files(tmp_path: Path) -> None:
    graph, x, ranges = network()
    build_bank(graph, ranges, [x], methods=FEW[:1], cache=Cache(tmp_path))
    build_bank(graph, ranges, [x[:32]], methods=FEW[:1], cache=Cache(tmp_path))
    assert len(list(tmp_path.iterdir())) == 2


def test_unknown_methods_are_refused() -> None:
    graph, x, ranges = network()
    with pytest.raises(UsageError, match="magic"):
        build_bank(graph, ranges, [x], methods=[WeightChoice(4, "magic")])


@pytest.mark.slow
def test_all_int4_keyword_model_stays_close_to_float(mlperf_tiny: Path) -> None:
    graph = load_tflite(mlperf_tiny / "kws_float32.tflite")
    x = np.load(mlperf_tiny / "kws_search.npz")["x"][:200].astype(np.float32)
    x = x.reshape(len(x), *graph.tensors[graph.inputs[0]].shape[1:])
    ranges = calibrate(graph, x)
    bank = build_bank(graph, ranges, [x], methods=FEW[2:])
    plain = loss(graph, ranges, x, WeightChoice(4), {})
    assert loss(graph, ranges, x, WeightChoice(4, "refit"), bank) < 0.3 * plain


@pytest.mark.parametrize("method", ["gptq", "refit"])
def test_layers_that_share_filter_and_bias(method: str) -> None:
    """As the steps of a recurrent layer do: each has a bias of its own once it is quantized."""
    rng = np.random.default_rng(4)
    b = GraphBuilder()
    x = b.input("x", 1, 4)
    weights = [b.constant("w", rng.normal(size=(4, 4)) * 0.4), b.constant("b", [0.1] * 4)]
    attrs = FullyConnectedAttrs(Activation.RELU)
    for name in ("one", "two", "three"):
        x = b.op(FULLY_CONNECTED, name, [x, *weights], 1, 4, attrs=attrs)
    graph, samples = b.graph(x), rng.normal(size=(32, 4)).astype(np.float32)
    choice = WeightChoice(4, method)
    bank = build_bank(graph, calibrate(graph, samples), [samples], methods=[choice])
    assert set(bank) == {("w", choice)}
