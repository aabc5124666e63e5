"""Rounding methods: each lowers the error it minimizes, and small cases reach the optimum."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcuq.ptq.candidates.rounding import descend, gptq, nearest, output_error
from mcuq.ptq.candidates.scales import best_scale, full_scale, refit_scale

Float64 = npt.NDArray[np.float64]
SEEDS = st.integers(0, 2**32 - 1)

INT4 = (-7, 7)


def problem(seed: int, inputs: int = 12, rows: int = 3, groups: int = 2) -> tuple[Float64, Float64]:
    """Weights and correlated second moments."""
    rng = np.random.default_rng(seed)
    mixing = rng.normal(size=(groups, inputs, inputs))
    samples = rng.normal(size=(groups, 200, inputs)) @ mixing + 1.0
    gram = samples.transpose(0, 2, 1) @ samples / 200 + 0.01 * np.eye(inputs)
    return rng.normal(size=(groups, rows, inputs)), gram


@given(SEEDS)
@settings(max_examples=30)
def test_descent_never_raises_the_error(seed: int) -> None:
    weight, gram = problem(seed)
    scale = full_scale(weight, 7, per_tensor=False)
    start = nearest(weight, scale, INT4)
    end = descend(weight, scale, start, gram, INT4, sweeps=5)
    before, after = (output_error(weight, scale, v, gram) for v in (start, end))
    assert (after <= before * (1 + 1e-9)).all()
    assert np.abs(end).max() <= 7


def test_gptq_beats_nearest_on_correlated_inputs() -> None:
    ratios = []
    for seed in range(20):
        weight, gram = problem(seed)
        scale = full_scale(weight, 7, per_tensor=False)
        errors = [
            output_error(weight, scale, values, gram).sum()
            for values in (nearest(weight, scale, INT4), gptq(weight, scale, gram, INT4))
        ]
        ratios.append(errors[1] / errors[0])
    assert np.median(ratios) < 0.7


def test_gptq_is_nearest_where_inputs_are_independent() -> None:
    weight, _ = problem(3)
    gram = np.broadcast_to(np.diag(np.arange(1.0, 13.0)), (2, 12, 12))
    scale = full_scale(weight, 7, per_tensor=False)
    np.testing.assert_array_equal(gptq(weight, scale, gram, INT4), nearest(weight, scale, INT4))


def test_gptq_with_descent_is_near_the_exhaustive_optimum() -> None:
    for seed in range(5):
        weight, gram = problem(seed, inputs=6, rows=1, groups=1)
        weight = weight / np.abs(weight).max()
        scale = np.ones((1, 1, 1))
        every = np.array(list(itertools.product((-1.0, 0.0, 1.0), repeat=6)))[None]
        least = output_error(np.broadcast_to(weight, every.shape), scale, every, gram).min()
        found = descend(weight, scale, gptq(weight, scale, gram, (-1, 1)), gram, (-1, 1), sweeps=10)
        assert output_error(weight, scale, found, gram)[0, 0] <= 2.0 * least + 1e-9


@pytest.mark.parametrize("per_tensor", [False, True])
def test_the_chosen_scale_is_no_worse_than_no_clipping(per_tensor: bool) -> None:
    weight, gram = problem(7)

    def rounder(w: Float64, s: Float64) -> Float64:
        return nearest(w, s, INT4)

    chosen = best_scale(weight, gram, 7, per_tensor, rounder)
    full = full_scale(weight, 7, per_tensor)
    errors = [output_error(weight, s, rounder(weight, s), gram).sum() for s in (chosen, full)]
    assert errors[0] <= errors[1]
    assert (np.unique(chosen).size == 1) == per_tensor


@pytest.mark.parametrize("per_tensor", [False, True])
def test_refit_scale_is_the_least_squares_one(per_tensor: bool) -> None:
    weight, gram = problem(11)
    scale = full_scale(weight, 7, per_tensor)
    values = nearest(weight, scale, INT4)
    fitted = refit_scale(weight, scale, values, gram, per_tensor)
    best = output_error(weight, fitted, values, gram).sum()
    for factor in (0.99, 1.01):
        assert best < output_error(weight, fitted * factor, values, gram).sum()


def test_a_dead_row_keeps_an_ordinary_scale() -> None:
    weight, gram = problem(2)
    weight[0, 1] = 0.0
    scale = full_scale(weight, 7, per_tensor=False)
    assert scale[0, 1, 0] == pytest.approx(1 / 7)
    assert not gptq(weight, scale, gram, INT4)[0, 1].any()
