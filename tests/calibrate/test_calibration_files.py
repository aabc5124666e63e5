"""Calibration files: what is written is read back, parts merge to the whole, others are refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcuq.calibrate import OBSERVERS, observe, ranges_from
from mcuq.calibrate.store import merge_statistics, statistics_from_json, statistics_to_json
from mcuq.errors import InputError
from mcuq.graph import Graph, Op, Tensor
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.unary import RELU
from mcuq.pipeline.statistics import observe_files, read_statistics, write_statistics


def model(*names: str) -> Graph:
    tensors = {name: Tensor(name, (1, 4)) for name in ("x", *names)}
    chain = ("x", *names)
    ops = tuple(
        Op(RELU, after, (before,), (after,), NoAttrs())
        for before, after in zip(chain, names, strict=False)
    )
    return Graph("chain", tensors, ops, ("x",), (chain[-1],))


def samples(seed: int, count: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, 4)).astype(np.float32)


@given(st.integers(0, 1000), st.lists(st.integers(1, 9), min_size=2, max_size=4))
def test_parts_merge_to_the_whole_through_files(seed: int, sizes: list[int]) -> None:
    graph, x = model("a"), samples(seed, sum(sizes))
    merged = None
    start = 0
    for size in sizes:
        text = statistics_to_json(observe(graph, x[start : start + size]))
        part = statistics_from_json(text)
        merged = part if merged is None else merge_statistics(merged, part)
        start += size
    assert merged is not None
    whole = ranges_from(observe(graph, x), OBSERVERS)
    found = ranges_from(merged, OBSERVERS)
    for observer in OBSERVERS:
        for name in graph.activations:
            np.testing.assert_allclose(
                found.range(name, observer), whole.range(name, observer), rtol=1e-12
            )


def test_the_moving_average_is_its_definition() -> None:
    x = samples(3, 50)
    low, high = ranges_from(observe(model("a"), x), ["moving_average"]).range("x", "moving_average")
    weights = 0.99 ** np.arange(49, -1, -1)
    np.testing.assert_allclose(low, np.average(x.min(axis=1), weights=weights))
    np.testing.assert_allclose(high, np.average(x.max(axis=1), weights=weights))


def test_files_are_observed_in_order_and_read_back(tmp_path: Path) -> None:
    graph = model("a")
    for number in (1, 2):
        np.savez(tmp_path / f"{number}.npz", x=samples(number, 6))
    together = observe_files(graph, [tmp_path / "1.npz", tmp_path / "2.npz"])
    first = observe_files(graph, [tmp_path / "1.npz"])
    later = observe_files(graph, [tmp_path / "2.npz"], [first])
    assert together["x"].average == later["x"].average
    write_statistics(tmp_path / "r.json", together)
    again = read_statistics(tmp_path / "r.json", graph)
    assert ranges_from(again, OBSERVERS) == ranges_from(together, OBSERVERS)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 2}', '{"format":1,"statistics":[1]}'])
def test_other_files_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="not a file of calibration"):
        statistics_from_json(text)


def test_another_models_file_is_refused(tmp_path: Path) -> None:
    write_statistics(tmp_path / "r.json", observe(model("a"), samples(1, 3)))
    with pytest.raises(InputError, match="'b'"):
        read_statistics(tmp_path / "r.json", model("a", "b"))
    with pytest.raises(InputError, match="cannot read"):
        read_statistics(tmp_path / "absent.json", model("a"))
