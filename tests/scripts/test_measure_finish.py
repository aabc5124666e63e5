"""The script that measures what the finish makes of a mix of widths."""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import numpy as np
import pytest

import measure_finish
from mcuq.data import Dataset
from mcuq.importers import load_model
from mcuq.numeric import stored_bytes
from mcuq.pipeline import refinement
from mcuq.ptq.refine import RefineSettings
from mcuq.quantize import averages


@pytest.mark.parametrize("budget", [1.0, 0.75, 0.5, 0.375, 0.25])
def test_a_mix_meets_its_budget_and_wastes_no_filter(digits: Path, budget: float) -> None:
    graph = load_model(digits / "digits_float32.tflite")
    sizes = {name: graph.tensors[name].size for name in graph.weights}

    def stored(widths: dict[str, int]) -> int:
        return sum(stored_bytes(sizes[name], bits) for name, bits in widths.items())

    widths = measure_finish.mixed_widths(graph, budget)
    assert stored(widths) <= budget * sum(sizes.values()) + len(sizes)
    assert budget < 1.0 or set(widths.values()) == {8}
    assert len(set(widths.values())) <= 2


def test_every_sample_is_judged_once_by_a_model_that_never_saw_it() -> None:
    x = np.arange(12, dtype=np.float32)[:, None]
    search, evaluation = (Dataset((part,), part[:, 0].astype(np.int64)) for part in (x[:8], x[8:]))
    pairs = measure_finish.parts(search, evaluation, 3)
    assert [x for _, judged in pairs for x in judged.inputs[0][:, 0]] == list(range(12))
    for rest, judged in pairs:
        both = np.concatenate([rest.inputs[0], judged.inputs[0]])
        assert sorted(both[:, 0]) == list(range(12))
        assert rest.labels is not None
        np.testing.assert_array_equal(rest.labels, rest.inputs[0][:, 0])
    assert measure_finish.parts(search, evaluation, 1) == [(search, evaluation)]


def test_what_is_left_out_is_left_out() -> None:
    usual = averages.RANGES.average_limit
    with measure_finish.Finish(measure_finish.steps("averages"), "mse", seed=3).changes():
        assert averages.RANGES.average_limit == math.inf
        assert refinement.RefineSettings().seed == 3
    assert averages.RANGES.average_limit == usual < math.inf
    assert refinement.RefineSettings().seed == 0


def test_passes_are_those_asked_for_over_mixes_and_samples_few_or_many() -> None:
    usual = refinement.REFINEMENT
    with measure_finish.Finish(measure_finish.steps("mixes"), "mse", 0, passes=7).changes():
        settings = refinement.RefineSettings()
        assert settings.epochs == settings.mixed_epochs == refinement.REFINEMENT.passes_over_many
        assert settings.epochs == 7
        assert settings.mixed_below == 0
    with measure_finish.Finish(frozenset(), "mse", 0).changes():
        assert refinement.RefineSettings() == RefineSettings()
        assert usual == refinement.REFINEMENT
    names = {
        measure_finish.Finish(frozenset(without), "mse", 0, passes).name("kws")
        for without in ((), ("mixes",))
        for passes in (None, 4, 16)
    }
    assert len(names) == 6


def test_an_unknown_step_is_refused() -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="scales is none of averages"):
        measure_finish.steps("scales")


def test_kept_figures_are_not_found_again(tmp_path: Path) -> None:
    kept = measure_finish.KeptFigures(tmp_path / "new")
    values = np.array([0.25, -1.0])
    first = kept.of("run", lambda: measure_finish.Figures(values, values + 1, values + 2, 3.5))
    again = kept.of("run", pytest.fail)
    for figures in (first, again):
        np.testing.assert_array_equal(figures.less_float, values)
        np.testing.assert_array_equal(figures.kl, values + 2)
        assert figures.seconds == 3.5


@pytest.mark.slow
def test_a_row_for_every_finish(digits: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = [str(digits / name) for name in ("calibration.npz", "search.npz", "evaluation.npz")]
    options = ["--calibration", data[0], "--search-data", data[1], "--evaluation", data[2]]
    model = str(digits / "digits_float32.tflite")
    asked = ["--budgets", "50", "--without", "refinement", "--without", "refinement,averages"]
    asked += ["--passes", "1"]
    assert measure_finish.main([model, *options, *asked]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert lines[2].startswith("| 50.0% | ") and " | refinement | 1 | " in lines[2]
    assert " | averages, refinement | 1 | " in lines[3]
    assert {line.count("|") for line in lines} == {14}
