"""Filters of two widths in blocks: the same bytes as of the model that is not split."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import run_litert, tflm_outputs
from planted import Planted, samples

from mcuq.blocks import Places, reordered, split, whole_name
from mcuq.calibrate import calibrate
from mcuq.emit.tflite import tflite_bytes
from mcuq.graph import Graph
from mcuq.interpret.integer import quantize_inputs, run_integer
from mcuq.numeric import weight_limits
from mcuq.numeric.narrow import Narrow
from mcuq.quantize import Config, WeightChoice, quantize
from mcuq.quantized import QuantizedGraph


def mixed_config(qgraph: QuantizedGraph, seed: int) -> Config:
    """Every filter that can be has channels of fewer bits, drawn at random."""
    rng = np.random.default_rng(seed)
    weights, orders = {}, {}
    for name, number in Places(qgraph).filters.items():
        count = len(qgraph.tensors[name].scale)
        order = orders.setdefault(number, rng.permutation(count))
        few = int(rng.integers(1, count))
        wide, narrow = [(8, 4), (8, 2), (4, 2), (4, 1)][rng.integers(4)]
        channels = tuple(sorted(order[:few].tolist()))
        weights[name] = WeightChoice(wide, narrow=Narrow(narrow, channels))
    return Config(weights=weights)


def network(seed: int, steps: int) -> tuple[Graph, list[np.ndarray], Config]:
    graph = Planted(seed, 0.1).graph(steps)
    inputs = samples(graph, seed, 4)
    plain = quantize(graph, calibrate(graph, inputs))
    return graph, inputs, mixed_config(plain, seed)


def outputs(qgraph: QuantizedGraph, inputs: list[np.ndarray]) -> list[np.ndarray]:
    found = run_integer(qgraph, quantize_inputs(qgraph, inputs))
    return [found[name] for name in qgraph.outputs]


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32 - 1), steps=st.integers(0, 8))
def test_a_split_model_gives_the_same_bytes(seed: int, steps: int) -> None:
    graph, inputs, config = network(seed, steps)
    whole = quantize(graph, calibrate(graph, inputs), config)
    parts = split(whole)
    assert all(map(np.array_equal, outputs(whole, inputs), outputs(parts, inputs)))
    filters = {op.inputs[1] for op in parts.ops if op.kind.weighted}
    assert {whole_name(name) for name in filters} == set(graph.weights)
    for name in filters:
        tensor = parts.tensors[name]
        low, high = weight_limits(tensor.bits)
        assert tensor.data is not None and not tensor.narrow
        assert low <= tensor.data.min(initial=0) and tensor.data.max(initial=0) <= high
    packed = sum(whole.tensors[name].nbytes for name in graph.weights)
    assert sum(parts.tensors[name].nbytes for name in filters) == packed


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1), steps=st.integers(0, 8))
def test_any_order_of_channels_gives_the_same_bytes(seed: int, steps: int) -> None:
    graph = Planted(seed, 0.1).graph(steps)
    inputs = samples(graph, seed, 4)
    qgraph = quantize(graph, calibrate(graph, inputs))
    places = Places(qgraph)
    ranks = np.random.default_rng(seed).integers(0, 5, places.groups.count)
    moved = reordered(qgraph, ranks.tolist(), places)
    assert all(map(np.array_equal, outputs(qgraph, inputs), outputs(moved, inputs)))


@pytest.mark.parametrize("seed", range(6))
def test_the_runtimes_give_the_same_bytes_for_either_form(seed: int) -> None:
    graph, inputs, config = network(seed, 5)
    whole = quantize(graph, calibrate(graph, inputs), config)
    stored = quantize_inputs(whole, inputs)
    expected = outputs(whole, inputs)
    for form in (whole, split(whole)):
        for found, wanted in zip(tflm_outputs(form, stored), expected, strict=True):
            assert np.array_equal(found.reshape(wanted.shape), wanted)
        assert len(run_litert(tflite_bytes(form), stored)) == len(inputs[0])
