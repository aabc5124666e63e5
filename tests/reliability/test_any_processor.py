"""Ranges, candidates, refinement, losses and searches: the same bytes on any processor.

What another processor changes is changed here by force: the order in which BLAS adds, the last bit
of NumPy's functions, how many samples are taken at once, the order of the samples.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from graphs import GraphBuilder
from summations import OTHERS

from mcuq.calibrate import OBSERVERS, observe
from mcuq.calibrate.ranges import ranges_from
from mcuq.calibrate.store import statistics_to_json
from mcuq.graph import Graph
from mcuq.interpret.float import run_float
from mcuq.numeric import products
from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import NoAttrs, Padding
from mcuq.ops.mean import MEAN, MeanAttrs
from mcuq.ops.softmax import SOFTMAX, SoftmaxAttrs
from mcuq.ops.unary import LOGISTIC
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED
from mcuq.ops.weighted_params import ConvAttrs, DepthwiseConvAttrs, FullyConnectedAttrs
from mcuq.ptq.candidates import RECIPES, build_bank
from mcuq.ptq.refine import RefineSettings, refine
from mcuq.quantize import Config, WeightChoice
from mcuq.score.loss import divergence, find_loss_outputs

Samples = npt.NDArray[np.float32]


def network() -> tuple[Graph, Samples]:
    """Two convolutions, a gate, a mean and a dense layer with softmax; 24 samples."""
    rng = np.random.default_rng(11)
    b = GraphBuilder()
    x = b.input("x", 1, 8, 8, 3)
    one = b.op(
        CONV_2D,
        "one",
        [x, b.constant("w1", rng.normal(size=(8, 3, 3, 3)) * 0.3), b.constant("b1", [0.1] * 8)],
        1, 8, 8, 8,
        attrs=ConvAttrs(padding=Padding.SAME, activation=Activation.RELU),
    )  # fmt: skip
    two = b.op(
        DEPTHWISE_CONV_2D,
        "two",
        [one, b.constant("w2", rng.normal(size=(1, 3, 3, 8)) * 0.5)],
        1, 8, 8, 8,
        attrs=DepthwiseConvAttrs(padding=Padding.SAME),
    )  # fmt: skip
    gate = b.op(LOGISTIC, "gate", [two], 1, 8, 8, 8, attrs=NoAttrs())
    mean = b.op(MEAN, "mean", [gate], 1, 8, attrs=MeanAttrs((1, 2)))
    dense = [mean, b.constant("w3", rng.normal(size=(5, 8))), b.constant("b3", [0.0] * 5)]
    logits = b.op(FULLY_CONNECTED, "logits", dense, 1, 5, attrs=FullyConnectedAttrs())
    y = b.op(SOFTMAX, "y", [logits], 1, 5, attrs=SoftmaxAttrs())
    samples = rng.normal(size=(24, 8, 8, 3)) * np.logspace(-2, 1, 24)[:, None, None, None]
    return b.graph(y), samples.astype(np.float32)


def outcome(graph: Graph, samples: Samples) -> dict[str, Any]:
    """Everything of a build that real numbers decide, as values that can be compared."""
    statistics = observe(graph, samples)
    ranges = ranges_from(statistics, OBSERVERS)
    methods = [WeightChoice(4, name) for name in RECIPES]
    bank = build_bank(graph, ranges, [samples], methods=methods)
    config = Config(default_weight=WeightChoice(4, "gptq"))
    refined = refine(
        graph, ranges, config, [samples[:16]], [samples[16:]], bank=bank,
        settings=RefineSettings(epochs=2, batch=8),
    )  # fmt: skip
    of_mixes = refine(
        graph, ranges, Config(default_weight=WeightChoice(2)), [samples[:16]], [samples[16:]],
        settings=RefineSettings(mixed_epochs=2, batch=8),
    )  # fmt: skip
    outputs = run_float(graph, [samples], keep=("logits",))
    moved = {"logits": outputs["logits"] * np.float32(1.01)}
    losses = divergence(find_loss_outputs(graph), outputs, moved)
    return {
        "statistics": statistics_to_json(statistics),
        "ranges": ranges.by_tensor,
        "bank": {
            key: (
                w.values.tobytes(),
                w.scale.tobytes(),
                None if w.bias is None else w.bias.tobytes(),
            )
            for key, w in bank.items()
        },
        "refined": {
            name: (None if t.data is None else t.data.tobytes(), t.scale.tobytes())
            for name, t in refined.qgraph.tensors.items()
        },
        "refined by mixes": {
            name: (None if t.data is None else t.data.tobytes(), t.scale.tobytes())
            for name, t in of_mixes.qgraph.tensors.items()
        },
        "losses": losses.tobytes(),
        "refined losses": [(r.before, r.after) for r in (refined, of_mixes)],
    }


@pytest.fixture(scope="module")
def usual() -> dict[str, Any]:
    return outcome(*network())


@pytest.mark.parametrize("order", OTHERS)
def test_another_order_of_sums(
    order: str, usual: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(products, "_multiply", OTHERS[order])
    assert outcome(*network()) == usual


def test_other_last_bits_of_functions(
    usual: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def moved(function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *args, **words: np.nextafter(function(*args, **words), np.inf)

    for name in ("exp", "exp2", "expm1", "log", "log1p", "log2", "logaddexp", "sin", "cos", "tanh"):
        monkeypatch.setattr(np, name, moved(getattr(np, name)))
    assert outcome(*network()) == usual


@pytest.mark.parametrize("block", [1, 700, 1 << 30])
def test_other_numbers_of_samples_at_once(
    block: int, usual: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in (
        "interpret.float.run", "interpret.integer.run", "numeric.products", "ops.weighted_float",
        "ptq.candidates.moments",
    ):  # fmt: skip
        monkeypatch.setattr(f"mcuq.{place}._BLOCK", block)
    monkeypatch.setattr("mcuq.ops.weighted_integer._PATCH_ELEMENTS", block)
    assert outcome(*network()) == usual


def test_samples_in_another_order(usual: dict[str, Any]) -> None:
    """All but a moving average and a training, which go by it."""
    graph, samples = network()
    other = np.random.default_rng(3).permutation(len(samples))
    observers = [name for name in OBSERVERS if name != "moving_average"]
    ranges = [ranges_from(observe(graph, x), observers) for x in (samples, samples[other])]
    assert ranges[0].by_tensor == ranges[1].by_tensor
    methods = [WeightChoice(4, name) for name in RECIPES]
    banks = [build_bank(graph, ranges[0], [x], methods=methods) for x in (samples, samples[other])]
    for key, weight in banks[0].items():
        assert weight == banks[1][key], key
