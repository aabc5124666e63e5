"""Confidence intervals against SciPy's, against resampling, and against tables worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import binomtest, ttest_1samp

from mcuq.data import Dataset
from mcuq.score.answers import Predictions
from mcuq.score.intervals import Z, change, half_width, interval
from mcuq.score.metrics import get_metric
from mcuq.score.scores import Score


def answers(right: list[bool] | np.ndarray) -> Score:
    samples = np.asarray(right, np.float64)
    return Score(float(samples.mean()), samples)


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_a_rate_has_wilsons_interval(right: list[bool]) -> None:
    expected = binomtest(sum(right), len(right)).proportion_ci(method="wilson")
    found = interval(answers(right), is_share=True)
    assert found is not None
    assert found.low == pytest.approx(expected.low, abs=1e-9)
    assert found.high == pytest.approx(expected.high, abs=1e-9)


def test_a_mean_has_its_standard_error() -> None:
    samples = np.array([1.0, 2.0, 4.0, 5.0])
    found = interval(Score(3.0, samples), is_share=False)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((3 - Z * 2.5**0.5 / 2, 3 + Z * 2.5**0.5 / 2))


def resampled(metric: str, outputs: np.ndarray, labels: np.ndarray | None, **more: object) -> float:
    """Standard error by the bootstrap."""
    rng, count = np.random.default_rng(0), len(outputs)
    values = []
    for _ in range(400):
        chosen = rng.integers(0, count, count)
        values.append(get_metric(metric).compute(made(outputs, labels, chosen, **more)))  # type: ignore[arg-type]
    return float(np.std(values))


def made(
    outputs: np.ndarray,
    labels: np.ndarray | None,
    chosen: np.ndarray | slice = slice(None),
    reference: np.ndarray | None = None,
) -> Predictions:
    data = Dataset(
        (np.zeros((len(outputs), 9), np.float32)[chosen],),
        None if labels is None else labels[chosen],
    )
    wanted = None if reference is None else (reference[chosen],)
    return Predictions((outputs[chosen],), data, wanted)


@pytest.mark.parametrize("metric", ["auc", "auc of three", "mse", "r2", "agreement"])
def test_contributions_give_the_standard_error(metric: str) -> None:
    rng = np.random.default_rng(1)
    labels: np.ndarray | None = rng.integers(0, 3 if metric == "auc of three" else 2, 300)
    more: dict[str, np.ndarray] = {}
    if metric == "auc of three":
        outputs = rng.normal(size=(300, 3)) + 1.5 * np.eye(3)[labels]
    else:
        outputs = rng.normal(size=(300, 1)) + labels[:, None]
    if metric == "agreement":
        more["reference"] = (outputs + 0.4 * rng.normal(size=outputs.shape)).astype(np.float32)
        labels = None
    name = metric.split()[0]
    outputs = outputs.astype(np.float32)
    score = get_metric(name).score(made(outputs, labels, **more))
    assert score.samples is not None
    assert score.samples.mean() == pytest.approx(score.value)
    error = score.samples.std() / len(outputs) ** 0.5
    assert error == pytest.approx(resampled(name, outputs, labels, **more), rel=0.15)


def test_paired_rates_follow_agresti_and_min() -> None:
    """100 samples, 10 right before alone and 4 after alone: cells of 10.5 and 4.5 in 102."""
    before = answers([True] * 10 + [False] * 4 + [True] * 86)
    after = answers([False] * 10 + [True] * 4 + [True] * 86)
    found = change(before, after)
    assert found is not None
    assert found.value == pytest.approx(-0.06)
    middle = (4.5 - 10.5) / 102
    half = Z * np.sqrt((15 / 102 - middle**2) / 102)
    assert found.interval.low == pytest.approx(middle - half)
    assert found.interval.high == pytest.approx(middle + half)


def test_equal_answers_are_not_certainty() -> None:
    found = change(answers([True] * 20), answers([True] * 20))
    assert found is not None
    assert found.value == 0
    assert found.interval.low < 0 < found.interval.high


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=50))
def test_a_change_lies_in_its_interval(pairs: list[tuple[bool, bool]]) -> None:
    before, after = (answers([pair[i] for pair in pairs]) for i in (0, 1))
    found = change(before, after)
    assert found is not None
    assert -1 <= found.interval.low <= found.value <= found.interval.high <= 1


def test_pairing_is_what_makes_a_change_narrow() -> None:
    rng = np.random.default_rng(2)
    errors = rng.exponential(size=200)
    before, after = (
        Score(float(errors.mean()), errors),
        Score(float(errors.mean()) + 0.1, errors + 0.1),
    )
    found = change(before, after)
    assert found is not None
    assert found.interval.high - found.interval.low < 1e-9


def test_half_a_width_by_hand() -> None:
    values = np.array([[1.0, 0.0, 1.0, 1.0], [0.0, 0.0, 1.0, 1.0]])
    # Means over the runs 1/2, 0, 1, 1: variance 11/64, over 4 samples. Means of the runs 3/4 and
    # 1/2: variance 1/32, over 2 runs; t of one degree of freedom is 12.7062.
    assert half_width(values) == pytest.approx(
        np.sqrt(1.959964**2 * 11 / 64 / 4 + 12.7062**2 / 32 / 2), rel=1e-5
    )
    # One run: no second part. Values 1, 0, 1, 1: variance 3/16.
    assert half_width(values[:1]) == pytest.approx(1.959964 * np.sqrt(3 / 16 / 4), rel=1e-6)


def test_runs_that_differ_alike_on_every_sample_have_students_interval() -> None:
    runs = np.array([0.1, 0.4, 0.2, 0.9])
    expected = ttest_1samp(runs, 0.0).confidence_interval(0.95)
    found = half_width(np.repeat(runs[:, None], 50, axis=1))
    assert found == pytest.approx((expected.high - expected.low) / 2)


def test_half_a_width_holds_the_truth_over_new_samples_and_new_seeds() -> None:
    rng = np.random.default_rng(4)

    def misses(shape: tuple[int, int]) -> bool:
        seeds, samples = rng.normal(size=(shape[0], 1)), 3 * rng.normal(size=shape[1])
        values = seeds + samples + rng.normal(size=shape)
        return abs(values.mean()) > half_width(values)

    for shape in ((3, 40), (5, 400)):
        assert np.mean([misses(shape) for _ in range(2000)]) < 0.06


TABLES = arrays(np.float64, (3, 8), elements=st.floats(-1, 1, width=32))


@given(TABLES, TABLES)
def test_a_difference_is_never_less_sure_than_both_together(a: np.ndarray, b: np.ndarray) -> None:
    assert half_width(a - b) <= half_width(a) + half_width(b) + 1e-12
    assert half_width(a - a) == 0.0
    # The order of samples and of runs says nothing, nor does the sign.
    assert half_width(-a[::-1, ::-1]) == pytest.approx(half_width(a), abs=1e-12)


def test_unknown_contributions_have_no_interval() -> None:
    assert interval(Score(0.5), is_share=True) is None
    assert change(Score(0.5), answers([True])) is None
