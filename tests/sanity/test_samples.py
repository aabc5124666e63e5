"""Samples that cannot be right are told from samples that can."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcuq.data import Dataset
from mcuq.findings import Finding
from mcuq.sanity.outliers import evaluation_outliers, find_outliers, without_outliers
from mcuq.sanity.samples import sample_findings, shared_samples
from mcuq.sanity.settings import OUTLIERS


def images(samples: int = 40, seed: int = 0) -> np.ndarray:
    """Pictures in 0..255, of different brightness."""
    rng = np.random.default_rng(seed)
    scale = rng.uniform(80, 255, (samples, 1, 1, 1))
    return np.floor(rng.uniform(0, 1, (samples, 6, 6, 3)) * scale).astype(np.float32)


def found(calibration: np.ndarray, evaluation: np.ndarray) -> list[Finding]:
    sets = {"calibration": Dataset((calibration,)), "evaluation": Dataset((evaluation,))}
    return list(sample_findings(sets, ["x"]))


PREPARED = {
    "as it is": lambda x: x,
    "0..1": lambda x: x / 255,
    "-1..1": lambda x: x / 127.5 - 1,
    "shifted": lambda x: x - 128,
    "standardized": lambda x: (x - 80) / 60,
}
REMEDIES = {
    ("0..1", "as it is"): "divide by 255",
    ("as it is", "0..1"): "multiply by 255",
    ("-1..1", "as it is"): "divide by 127.5 and subtract 1",
    ("as it is", "-1..1"): "add 1 and multiply by 127.5",
    ("shifted", "as it is"): "subtract 128",
    ("as it is", "shifted"): "add 128",
    ("-1..1", "0..1"): "multiply by 2 and subtract 1",
    ("0..1", "-1..1"): "add 1 and divide by 2",
}


@pytest.mark.parametrize("calibration", PREPARED)
@pytest.mark.parametrize("evaluation", PREPARED)
def test_scales_apart_are_told_with_figures_and_a_remedy(calibration: str, evaluation: str) -> None:
    seen = found(PREPARED[calibration](images()), PREPARED[evaluation](images(seed=1)))
    if calibration == evaluation:
        assert seen == []
        return
    assert [one.code for one in seen] == ["ranges-apart"]
    top = PREPARED[evaluation](images(seed=1)).max()
    assert f"{top:.4g}" in seen[0].message
    assert REMEDIES.get((calibration, evaluation), "") in seen[0].hint


@given(st.integers(0, 200), st.sampled_from(["normal", "uniform", "exponential", "laplace"]))
def test_two_parts_of_one_set_raise_nothing(seed: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    draw = getattr(rng, kind)
    x = draw(size=(120, 16)).astype(np.float32)
    assert found(x[:60], x[60:]) == []
    assert len(find_outliers(Dataset((x,)), Dataset((x[60:],)))) == 0


@pytest.mark.parametrize("value", [0.0, -0.0, 7.5])
def test_constant_data(value: float) -> None:
    (one,) = found(np.full((20, 4), value, np.float32), images(20))
    assert one.code == "constant-data"
    assert f"is {abs(value):.4g}" in one.message
    mixed = np.zeros((20, 4), np.float32) * np.sign(np.arange(20.0) - 9.5)[:, None]
    assert [one.code for one in found(mixed.astype(np.float32), images(20))] == ["constant-data"]


def test_one_sample_many_times() -> None:
    (one,) = found(np.repeat(images(2), 20, axis=0), images(seed=1))
    assert one.code == "repeated-samples"
    assert "2 of 40" in one.message


@given(st.integers(0, 39), st.sampled_from([255.0, 1e6, -1e6, 1e30]), st.integers(0, 9))
def test_a_ruling_sample_is_named_and_left_out(index: int, factor: float, seed: int) -> None:
    x = np.random.default_rng(seed).normal(size=(40, 8)).astype(np.float32)
    x[index, 3] = factor
    calibration, evaluation = Dataset((x,), np.arange(40)), Dataset((-x[::-1],))
    usual, (finding,) = without_outliers(calibration, evaluation, ["x"], keep=False)
    assert finding.code == "outlier-sample"
    assert f"sample {index} " in finding.message
    assert f"{factor:.4g}" in finding.message
    assert usual.labels is not None
    assert usual.labels.tolist() == [n for n in range(40) if n != index]
    _, (told,) = without_outliers(calibration, evaluation, ["x"], keep=True)
    assert "decides the range" in told.message


def test_what_the_data_is_like_is_no_outlier() -> None:
    x = np.random.default_rng(0).normal(size=(100, 8)).astype(np.float32)
    loud = x.copy()
    loud[::10] *= 100  # one in ten
    assert len(find_outliers(Dataset((loud,)), Dataset((loud,)))) == 0
    rare = x.copy()
    rare[3] *= 100
    assert find_outliers(Dataset((rare,)), Dataset((x,))).tolist() == [3]
    assert len(find_outliers(Dataset((rare,)), Dataset((loud,)))) == 0, "as evaluation is"
    near = np.ones((20, 2), np.float32)
    near[0] = OUTLIERS.gap * 0.99
    assert len(find_outliers(Dataset((near,)), Dataset((near,)))) == 0


def test_samples_that_were_searched_on() -> None:
    x = images(60)
    search, other = Dataset((x[:40],)), Dataset((x[40:],))
    assert shared_samples(search, other) == ()
    both = Dataset((x[30:],))
    (one,) = shared_samples(search, both)
    assert one.code == "shared-samples"
    assert one.message.startswith("10 of 30 ")
    (one,) = shared_samples(search, search)
    assert one.message.startswith("40 of 40 ")


def test_arrays_that_are_not_read() -> None:
    data = Dataset((images(),), unused=("labels",))
    (one,) = sample_findings({"calibration": data}, ["x"])
    assert (one.code, "'labels'" in one.message) == ("unused-arrays", True)


def test_evaluation_samples_that_are_all_the_same() -> None:
    (one,) = found(images(), np.full((20, 6, 6, 3), -0.0, np.float32))
    assert one.code == "constant-data"
    assert one.message.startswith("evaluation: every value of input 'x' is 0, in all 20 samples")
    (one,) = found(images(), np.repeat(images(2), 20, axis=0))
    assert one.code == "repeated-samples"
    assert one.message.startswith("evaluation: only 2 of 40 ")


@pytest.mark.parametrize("kind", ["0..1", "-1..1", "standardized"])
@given(st.integers(0, 9), st.booleans())
def test_fractions_that_a_store_of_integers_cut_off(kind: str, seed: int, turned: bool) -> None:
    whole, cut = PREPARED[kind](images()), np.trunc(PREPARED[kind](images(seed=seed + 1)))
    cut[0, 0, 0, 0] = 1  # the brightest there is
    (one,) = found(cut, whole) if turned else found(whole, cut)
    assert one.code == "cut-fractions"
    assert one.message.startswith("calibration" if turned else "evaluation")
    assert "cut-fractions" not in {one.code for one in found(cut, cut[::-1])}


@given(st.integers(0, 99), st.sampled_from([0.0005, 0.002, 0.01]))
def test_sparse_samples_are_compared_by_what_is_there(seed: int, share: float) -> None:
    """Events, one-hot features: nearly all values are 0."""
    rng = np.random.default_rng(seed)
    x = ((rng.random((80, 400)) < share) * rng.uniform(1, 2, (80, 400))).astype(np.float32)
    x[:, 0] = 1 + np.arange(80) * 37 % 80 / 80  # no sample twice
    assert found(x[:40], x[40:]) == []
    assert [one.code for one in found(x[:40], x[40:] * 255)] == ["ranges-apart"]


@pytest.mark.parametrize(("few", "share"), [(1, "100%"), (3, "50%"), (9, "20%")])
def test_few_samples_to_calibrate_on(few: int, share: str) -> None:
    (one,) = found(images(few), images(seed=1))
    assert one.code == "few-samples"
    assert f": {few} sample" in one.message
    assert share in one.message
    assert found(images(10), images(seed=1)) == []
    assert found(images(), images(few)) == []


@pytest.mark.parametrize("few", [1, 2, 3])
def test_few_samples_on_another_scale(few: int) -> None:
    (one,) = found(images(), images(few) / 255)
    assert (one.code, "multiply by 255" in one.hint) == ("ranges-apart", True)
    assert found(images(), images(few) / 8) == [], "dark pictures"


def test_evaluation_samples_far_beyond_all_others() -> None:
    x = np.random.default_rng(0).normal(size=(40, 8)).astype(np.float32)
    assert evaluation_outliers(Dataset((x,)), Dataset((-x,)), ["x"]) == ()
    x[7, 2] = 1e6
    (one,) = evaluation_outliers(Dataset((x,)), Dataset((images(40)[:, :2, :1, 0],)), ["x"])
    assert one.code == "outlier-sample"
    assert one.message.startswith("evaluation: sample 7 reaches")
    assert "--keep-outliers" not in one.hint


def test_who_keeps_outliers_is_not_told_to() -> None:
    x = np.random.default_rng(0).normal(size=(40, 8)).astype(np.float32)
    x[7, 2] = 1e6
    _, (one,) = without_outliers(Dataset((x,)), Dataset((x,)), ["x"], keep=True)
    assert "without --keep-outliers it is left out" in one.hint
