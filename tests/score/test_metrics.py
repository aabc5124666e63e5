"""Metrics against figures worked out by hand or by their definition."""

from __future__ import annotations

import hashlib
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcuq.data import Dataset
from mcuq.errors import InputError, UsageError
from mcuq.score.metrics import Metric, Predictions, built_in_metrics, get_metric


def predictions(
    outputs: object, labels: object = None, inputs: object = None, reference: object = None
) -> Predictions:
    output = np.asarray(outputs, np.float32)
    given_inputs = np.zeros((len(output), 1)) if inputs is None else np.asarray(inputs)
    data = Dataset(
        (given_inputs.astype(np.float32),), None if labels is None else np.asarray(labels)
    )
    wanted = None if reference is None else (np.asarray(reference, np.float32),)
    return Predictions((output,), data, wanted)


SCORES = [[0.1, 0.9], [0.8, 0.2], [0.3, 0.7], [0.6, 0.4]]


@pytest.mark.parametrize("labels", [[1, 0, 0, 0], [[0, 1], [1, 0], [1, 0], [1, 0]]])
def test_top1_takes_class_numbers_or_one_hot_rows(labels: object) -> None:
    assert get_metric("top-1").compute(predictions(SCORES, labels)) == 0.75


def test_top1_without_labels_points_to_agreement() -> None:
    with pytest.raises(InputError) as caught:
        get_metric("top1").compute(predictions(SCORES))
    assert "agreement" in caught.value.hint


def test_top1_refuses_labels_beyond_the_classes() -> None:
    with pytest.raises(InputError, match="class numbers below 2"):
        get_metric("top1").compute(predictions(SCORES, [0, 1, 2, 0]))


def test_mse_against_labels_and_against_an_autoencoders_input() -> None:
    metric = get_metric("mse")
    assert metric.compute(predictions([[1.0], [3.0]], [0.0, 1.0])) == 2.5
    assert metric.compute(predictions([[1.0], [3.0]], inputs=[[1.0], [1.0]])) == 2.0
    assert metric.worth(2.0) < metric.worth(1.0)
    with pytest.raises(InputError, match="shape"):
        metric.compute(predictions(SCORES))


@given(
    st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=2, max_size=30).filter(
        lambda rows: len({positive for _, positive in rows}) == 2
    )
)
def test_auc_is_the_share_of_pairs_in_the_right_order(rows: list[tuple[int, bool]]) -> None:
    hits = [score for score, positive in rows if positive]
    misses = [score for score, positive in rows if not positive]
    pairs = [(h > m) + 0.5 * (h == m) for h in hits for m in misses]
    scored = predictions([[score] for score, _ in rows], [int(p) for _, p in rows])
    assert get_metric("auc").compute(scored) == pytest.approx(sum(pairs) / len(pairs))


def test_auc_of_an_autoencoder_scores_the_error_of_rebuilding() -> None:
    inputs = np.zeros((4, 3))
    outputs = np.zeros((4, 3))
    outputs[2:] = 1.0
    assert get_metric("auc").compute(predictions(outputs, [0, 0, 1, 1], inputs)) == 1.0


def test_auc_of_many_classes_is_the_mean_of_one_against_the_rest() -> None:
    scores = np.eye(3)[[0, 1, 2, 0]]
    assert get_metric("auc").compute(predictions(scores, [0, 1, 2, 0])) == 1.0
    with pytest.raises(InputError, match="classes"):
        get_metric("auc").compute(predictions(scores, [0, 0, 0, 0]))


def test_agreement_counts_equal_decisions_and_needs_no_labels() -> None:
    reference = [[0.4, 0.6], [0.9, 0.1], [0.9, 0.1], [0.5, 0.4]]
    metric = get_metric("agreement")
    assert metric.needs_reference
    assert metric.compute(predictions(SCORES, reference=reference)) == 0.75


def test_agreement_of_one_value_is_the_variance_kept() -> None:
    metric = get_metric("agreement")
    assert metric.compute(predictions([[0.0], [2.0]], reference=[[0.0], [2.0]])) == 1.0
    assert metric.compute(predictions([[0.5], [1.5]], reference=[[0.0], [2.0]])) == 0.75
    assert metric.compute(predictions([[9.0], [0.0]], reference=[[0.0], [2.0]])) == 0.0


def test_a_function_of_the_users_own(tmp_path: Path) -> None:
    (tmp_path / "my_metric.py").write_text(
        "def worst(outputs, labels):\n    return abs(outputs[0][:, 0] - labels).max()\n"
        "worst.higher_is_better = False\n"
        "def broken(outputs, labels):\n    return 1 / 0\n"
    )
    metric = get_metric("my_metric:worst", tmp_path)
    assert metric.compute(predictions([[1.0], [5.0]], [1.5, 3.0])) == 2.0
    assert not metric.higher_is_better
    with pytest.raises(InputError, match="my_metric:broken failed: ZeroDivisionError"):
        get_metric("my_metric:broken", tmp_path).compute(predictions([[1.0]], [1]))


@pytest.mark.parametrize("spec", ["top5", "no_such_module:f", "json:no_such_function", "json:"])
def test_unknown_metrics_are_usage_errors(spec: str) -> None:
    with pytest.raises(UsageError):
        get_metric(spec)


@pytest.mark.parametrize("name", built_in_metrics())
def test_metrics_go_to_other_processes(name: str) -> None:
    rows = [[0.1, 0.9], [0.8, 0.2], [0.3, 0.7]]
    one_hot = [[0, 1], [1, 0], [1, 0]]
    seen = predictions(rows, np.float64(one_hot), reference=rows[::-1])
    again = pickle.loads(pickle.dumps(get_metric(name)))
    assert again.compute(seen) == get_metric(name).compute(seen)


def own(body: str, folder: Path) -> Metric:
    """A metric of a user's module that nothing else has imported."""
    name = f"module_{hashlib.sha256(body.encode()).hexdigest()[:12]}"
    (folder / f"{name}.py").write_text(f"def judge(outputs, labels):\n    {body}\n")
    return get_metric(f"{name}:judge", folder)


@pytest.mark.parametrize(
    "body", ["raise SystemExit(3)", "raise ValueError", "return float('nan')", "return None"]
)
def test_whatever_a_function_does_is_one_typed_line(body: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"metric module_.* failed"):
        own(body, tmp_path).compute(predictions(SCORES, [1, 0, 1, 0]))


def test_a_function_that_works_in_place_changes_no_later_figure(tmp_path: Path) -> None:
    seen = predictions(SCORES, [1, 0, 1, 0])
    assert own("outputs[0][:] = 0; labels[:] = 0; return 1.0", tmp_path).compute(seen) == 1.0
    assert get_metric("top1").compute(seen) == 1.0
