"""Figures that cannot be right: chance, large falls, clipped values."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcuq.calibrate import observe, ranges_from
from mcuq.data import Dataset, load_data
from mcuq.errors import InputError
from mcuq.findings import Finding
from mcuq.graph import Graph, Layout
from mcuq.importers import load_model
from mcuq.pipeline.accuracy import make_scorer
from mcuq.pipeline.scrutiny import float_findings
from mcuq.resources import example_dir
from mcuq.sanity.clipped import clipped_findings
from mcuq.sanity.fall import fall_findings
from mcuq.sanity.float_model import Trial, check_answers, float_model_findings
from mcuq.sanity.relabel import Remedy, labels_otherwise
from mcuq.score.answers import OutputForm, Predictions
from mcuq.score.metrics import get_metric
from mcuq.score.scores import Score

FOLDER = example_dir("digits")


@pytest.fixture(scope="module")
def graph() -> Graph:
    return load_model(FOLDER / "digits_float32.tflite")


@pytest.fixture(scope="module")
def data(graph: Graph) -> Dataset:
    return load_data(FOLDER / "evaluation.npz", graph)


def told(graph: Graph, data: Dataset, metric: str = "top1") -> list[Finding]:
    return list(float_findings(make_scorer(graph, data, get_metric(metric))))


def test_a_good_model_is_not_told_of(graph: Graph, data: Dataset) -> None:
    assert told(graph, data) == []
    assert told(graph, data.take(12)) == []
    assert told(graph, data, "auc") == []


def shuffled(data: Dataset) -> Dataset:
    assert data.labels is not None
    labels = np.random.default_rng(0).permutation(data.labels)
    return Dataset(data.inputs, labels)


@pytest.mark.parametrize("metric", ["top1", "auc"])
def test_labels_of_other_samples_are_chance(graph: Graph, data: Dataset, metric: str) -> None:
    (one,) = told(graph, shuffled(data), metric)
    assert one.code == "float-at-chance"
    assert "check that samples and labels" in one.hint


def test_a_wrong_scale_is_undone_on_trial(graph: Graph, data: Dataset) -> None:
    scaled = Dataset((data.inputs[0] / 255,), data.labels)
    (one,) = told(graph, scaled)
    assert one.code == "float-at-chance"
    assert one.hint.startswith("multiply by 255 in all samples: the float model then has 0.9")


def test_better_than_guessing_is_not_right(graph: Graph, data: Dataset) -> None:
    large = Dataset((data.inputs[0] * 255,), data.labels)
    (one,) = told(graph, large)
    assert one.code == "float-better-prepared"
    assert "has top1 0.2" in one.message
    assert "and 0.9" in one.message
    assert one.hint.startswith("divide by 255 in all samples")


def test_a_remedy_that_gains_little_is_not_named(graph: Graph, data: Dataset) -> None:
    (one,) = told(graph, Dataset((data.inputs[0] / 16,), data.labels))
    assert one.code == "float-at-chance"
    assert "check that samples and labels" in one.hint


def test_labels_that_count_from_one(graph: Graph, data: Dataset) -> None:
    assert data.labels is not None
    kept = data.labels.reshape(-1) < 9
    late = Dataset((data.inputs[0][kept],), data.labels.reshape(-1)[kept] + 1)
    (one,) = told(graph, late)
    assert one.hint.startswith("subtract 1 from the labels")


def test_always_the_same_class_is_what_guessing_does(graph: Graph, data: Dataset) -> None:
    """Nine in ten samples are of one class, and the model knows no more than that."""
    black = Dataset((np.zeros_like(data.inputs[0][:100]),), np.zeros(100, int))
    answer = int(make_scorer(graph, black, get_metric("agreement")).reference[0][0].argmax())
    labels = np.full(100, answer)
    labels[:10] = (answer + 1) % 10
    (one,) = told(graph, Dataset(black.inputs, labels))
    assert f"always answering class {answer} has 0.9" in one.message


@given(st.integers(0, 99))
def test_a_fall_within_the_error_is_not_told(seed: int) -> None:
    rng = np.random.default_rng(seed)
    before = (rng.random(100) < 0.9).astype(float)
    after = before.copy()
    flipped = rng.choice(100, 3, replace=False)
    after[flipped] = 1 - after[flipped]
    scores = Score(before.mean(), before), Score(after.mean(), after)
    assert fall_findings(get_metric("top1"), *scores, 1.0, "int8") == ()


def test_a_large_fall_is_told_with_its_error() -> None:
    before, after = np.ones(200), np.ones(200)
    after[:30] = 0
    scores = Score(1.0, before), Score(0.85, after)
    (one,) = fall_findings(get_metric("top1"), *scores, 1.0, "int8")
    assert one.code == "large-fall"
    assert "from 1 (float) to 0.85 (int8) (95 %: " in one.message
    assert fall_findings(get_metric("top1"), *scores[::-1], 1.0, "int8") == ()


def test_squared_error_is_weighed_by_the_outputs_variance() -> None:
    rng = np.random.default_rng(0)
    before, after = Score(0.0, np.zeros(50)), rng.uniform(0.02, 0.04, 50)
    score = Score(float(after.mean()), after)
    assert fall_findings(get_metric("mse"), before, score, 100.0, "int8") == ()
    assert len(fall_findings(get_metric("mse"), before, score, 1.0, "int8")) == 1


def test_values_beyond_calibration_are_counted(graph: Graph, data: Dataset) -> None:
    dim = data.inputs[0][:200] / 2
    ranges = ranges_from(observe(graph, dim), ["minmax"])
    (one,) = clipped_findings(graph, ranges, data, len(dim))
    assert one.code == "clipped-values"
    assert "%" in one.message
    ranges = ranges_from(observe(graph, data.inputs[0][:100]), ["minmax"])
    assert clipped_findings(graph, ranges, data.pick(slice(100, None)), 100) == ()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_answers_that_are_no_numbers_are_refused(graph: Graph, data: Dataset, value: float) -> None:
    outputs = np.zeros((len(data), 10), np.float32)
    check_answers(graph, data, {graph.outputs[0]: outputs})
    outputs[3, 2] = value
    with pytest.raises(InputError, match=f"1 of {len(data)} evaluation samples, first on sample 3"):
        check_answers(graph, data, {graph.outputs[0]: outputs})


def test_a_remedy_has_a_figure() -> None:
    """Samples times 255 overflow here: the error would be NaN."""
    x = np.full((20, 1), 1e37, np.float32)
    data = Dataset((x,), np.arange(20.0)[:, None])

    def predict(changed: Dataset) -> Predictions:
        with np.errstate(over="ignore", invalid="ignore"):
            return Predictions((changed.inputs[0] * 255 - changed.inputs[0] * 255,), changed)

    trial = Trial(get_metric("mse"), data, predict)
    predictions = Predictions((x,), data)
    score = trial.metric.score(predictions)
    (one,) = float_model_findings(trial.metric, predictions, score, trial)
    assert "nan" not in one.hint


def test_labels_that_are_all_the_same(graph: Graph, data: Dataset) -> None:
    assert data.labels is not None
    labels = data.labels.reshape(-1)
    sorted_by_class = data.pick(np.argsort(labels, kind="stable"))
    (one,) = told(graph, sorted_by_class.take(20))
    assert one.code == "constant-labels"
    assert "all 20 evaluation samples have the same label (0)" in one.message
    wrong = Dataset(data.inputs, np.full(len(data), 3))
    (one,) = told(graph, wrong)
    assert one.code == "constant-labels", "no scale of the samples is to locate_mismatch"


@given(st.permutations(range(10)))
def test_classes_in_another_order_are_named(order: list[int]) -> None:
    """Labels count the classes otherwise than the model, as those of an alphabet do."""
    rng = np.random.default_rng(0)
    right = np.arange(200) % 10
    values = np.eye(10, dtype=np.float32)[np.where(rng.random(200) < 0.95, right, (right + 1) % 10)]
    labels = np.argsort(order)[right]
    remedy = reread("top1", values, labels)
    moved = [label for label in range(10) if order[label] != label]
    if np.mean(order[:] == np.arange(10)) >= 0.95 or not moved:
        assert remedy is None
    elif len(moved) <= 2:
        assert remedy is not None
        assert f"label {moved[0]} for class {order[moved[0]]}" in remedy.words
    else:
        assert remedy is not None
        assert remedy.score.value > 0.9


def test_answers_without_an_order_have_no_other_one() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(200, 10)).astype(np.float32)
    assert reread("top1", values, rng.integers(0, 10, 200)) is None
    few = np.eye(10, dtype=np.float32)
    assert reread("top1", few, (np.arange(10) + 1) % 10) is None, "one sample a class"
    same = np.tile(np.eye(10, dtype=np.float32)[3], (200, 1))
    assert reread("top1", same, np.arange(200) % 10) is None


def test_scores_the_wrong_way_round() -> None:
    labels = np.arange(60) % 2
    values = (1 - labels + np.linspace(0, 0.5, 60))[:, None].astype(np.float32)
    remedy = reread("auc", values, labels)
    assert remedy is not None
    assert (remedy.words, remedy.score.value) == ("swap the labels 0 and 1", 1.0)
    assert reread("auc", -values, labels) is None
    away = np.eye(3, dtype=np.float32)[(np.arange(60) + 1) % 3] - np.eye(3)[np.arange(60) % 3] / 2
    assert reread("auc", away.astype(np.float32), np.arange(60) % 3) is None, "three classes"


@given(st.floats(0.01, 1000).flatmap(lambda a: st.sampled_from([a, -a])), st.floats(-1000, 1000))
def test_targets_on_another_scale(slope: float, offset: float) -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(100, 1)).astype(np.float32)
    remedy = reread("mse", values, slope * values.astype(np.float64) + offset)
    if remedy is None:  # near enough as they are
        assert (slope - 1) ** 2 * values.var() + offset**2 < slope**2
        return
    assert f"the targets are {slope:.4g} times the outputs" in remedy.words
    assert remedy.score.value < 1e-6 * slope**2 + 1e-9
    assert reread("mse", values, rng.normal(size=(100, 1))) is None


def reread(metric: str, values: np.ndarray, labels: np.ndarray) -> Remedy | None:
    predictions = Predictions((values,), Dataset((values,), labels))
    edge = OutputForm("y", Layout.same((1, *values.shape[1:])), "softmax")
    if metric != "top1":
        edge = replace(edge, head="values")
    seen = replace(predictions, forms=(edge,))
    if metric == "auc":
        seen = replace(seen, data=Dataset((values[:, :0],), labels))
    scored = get_metric(metric)
    return labels_otherwise(scored, seen, scored.score(seen))


def test_errors_rise_and_shares_fall() -> None:
    before, after = Score(0.0, np.zeros(50)), Score(1.0, np.ones(50))
    (one,) = fall_findings(get_metric("mse"), before, after, 1.0, "int8")
    assert "mse rises from 0 (float) to 1 (int8)" in one.message
