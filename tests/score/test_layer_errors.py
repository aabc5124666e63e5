"""Errors of layers are what their definition says, and stand where they were planted."""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest
from stateful_models import streaming_model

from mcuq.calibrate import calibrate
from mcuq.data import load_data
from mcuq.graph import Graph
from mcuq.importers import load_model
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import dequantize_outputs, quantize_inputs, run_integer
from mcuq.quantize import Config, WeightChoice, quantize
from mcuq.quantized import QuantizedGraph
from mcuq.resources import example_dir
from mcuq.score import layer_errors as module
from mcuq.score.layer_errors import LayerError, decibels, layer_errors
from mcuq.score.settings import ERRORS

DIGITS = example_dir("digits")


@cache
def digits() -> tuple[Graph, tuple[npt.NDArray[np.float32], ...]]:
    graph = load_model(DIGITS / "digits_float32.tflite")
    return graph, load_data(DIGITS / "calibration.npz", graph).take(24).inputs


def quantized(config: Config) -> QuantizedGraph:
    graph, inputs = digits()
    return quantize(graph, calibrate(graph, inputs), config)


def errors(config: Config) -> dict[str, LayerError]:
    graph, inputs = digits()
    return {one.name: one for one in layer_errors(graph, quantized(config), inputs)}


@cache
def plain() -> dict[str, LayerError]:
    return errors(Config())


def test_every_figure_is_what_its_definition_says() -> None:
    graph, inputs = digits()
    qgraph = quantized(Config())
    names = [op.output for op in graph.ops]
    real = run_float(graph, inputs, names)
    stored = run_integer(qgraph, quantize_inputs(qgraph, inputs), names)
    found = dequantize_outputs(qgraph, stored)
    assert [*plain()] == names
    for name, one in plain().items():
        x = real[name].astype(np.float64).reshape(-1, real[name].shape[-1])
        y = found[name].astype(np.float64).reshape(x.shape)
        noise, signal = ((x - y) ** 2).sum(axis=0), (x**2).sum(axis=0)
        assert one.snr_db == pytest.approx(10 * np.log10(signal.sum() / noise.sum()), abs=0.006)
        cosine = (x * y).sum() / np.sqrt(signal.sum() * (y**2).sum())
        assert one.cosine == pytest.approx(cosine, abs=1e-6)
        ratios = np.where(signal > 0, signal / np.maximum(noise, 1e-300), np.inf)
        assert one.worst_channel == int(ratios.argmin())
        assert one.worst_channel_snr_db == pytest.approx(10 * np.log10(ratios.min()), abs=0.006)


def test_a_coarse_filter_shows_in_its_own_layer_alone() -> None:
    graph, _ = digits()
    victim = next(op for op in graph.ops[4:] if op.kind.weighted)
    coarse = errors(Config(weights={victim.inputs[1]: WeightChoice(2)}))
    for name, one in plain().items():
        own = coarse[name].own_snr_db
        assert (own == one.own_snr_db) == (name != victim.output)
        assert (coarse[name].snr_db == one.snr_db) == (
            [*plain()].index(name) < [*plain()].index(victim.output)
        )
    assert coarse[victim.output].own_snr_db == min(one.own_snr_db or 0 for one in coarse.values())


def test_conversions_that_the_float_model_lacks_belong_to_what_follows() -> None:
    graph, _ = digits()
    wide = errors(dataclasses.replace(Config(), wide=(graph.ops[2].output,)))
    assert [*wide] == [*plain()]
    assert all(one.own_snr_db is not None for one in wide.values())
    own, before = wide[graph.ops[2].output].own_snr_db, plain()[graph.ops[2].output].own_snr_db
    assert own is not None and before is not None and own > before


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    few = dataclasses.replace(ERRORS, values_together=1)
    monkeypatch.setattr(module, "ERRORS", few)
    assert errors(Config()) == plain()


def test_values_beyond_the_range_are_counted() -> None:
    graph, inputs = digits()
    ranges = calibrate(graph, inputs)
    seen = layer_errors(graph, quantize(graph, ranges), [4 * x for x in inputs])
    assert seen[0].clipped > 0.1
    assert layer_errors(graph, quantize(graph, ranges), inputs)[0].clipped == 0


def test_a_model_with_states_has_no_layers_alone() -> None:
    model = streaming_model()
    found = layer_errors(model.graph, model.quantized(), [model.samples])
    assert {one.own_snr_db for one in found} == {None}
    assert min(one.snr_db for one in found) > 10


@pytest.mark.parametrize(
    ("signal", "noise", "ratio"),
    [(1, 1, 0.0), (100, 1, 20.0), (1, 1000, -30.0), (0, 0, 200.0), (0, 1, -200.0), (1, 0, 200.0)],
)
def test_decibels_have_ends(signal: float, noise: float, ratio: float) -> None:
    assert decibels(signal, noise) == ratio
