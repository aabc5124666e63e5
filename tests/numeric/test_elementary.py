"""Exponentials and their kin beside those of SciPy, and where these have no value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import special

from mcuq.numeric import elementary

Values = npt.NDArray[Any]

WIDE = np.concatenate([
    np.linspace(-40, 40, 20001), np.logspace(-18, 2, 2001), -np.logspace(-18, 2, 2001)
])  # fmt: skip
FUNCTIONS: dict[str, Callable[[Values], Values]] = {
    "exp": np.exp,
    "expm1": np.expm1,
    "expit": special.expit,
    "tanh": np.tanh,
    "erf": special.erf,
    "softplus": lambda x: np.logaddexp(0, x),
    "sin": np.sin,
    "cos": np.cos,
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_are_those_of_scipy(name: str) -> None:
    found, wanted = getattr(elementary, name)(WIDE), FUNCTIONS[name](WIDE)
    absolute = 1e-13 if name in ("sin", "cos") else 0.0
    np.testing.assert_allclose(found, wanted, rtol=5e-15, atol=absolute)


def test_logarithms() -> None:
    x = np.logspace(-320, 300, 5001)
    np.testing.assert_allclose(elementary.log(x), np.log(x), rtol=2e-15, atol=1e-16)
    np.testing.assert_array_equal(
        elementary.log(np.array([0.0, -1.0, np.inf, np.nan])), [-np.inf, np.nan, np.inf, np.nan]
    )


def test_ends_of_the_line() -> None:
    ends = np.array([-np.inf, np.inf, np.nan])
    np.testing.assert_array_equal(elementary.exp(ends), [0, np.inf, np.nan])
    np.testing.assert_array_equal(elementary.tanh(ends), [-1, 1, np.nan])
    np.testing.assert_array_equal(elementary.expit(ends), [0, 1, np.nan])
    np.testing.assert_array_equal(elementary.softplus(ends[:2]), [0, np.inf])
    np.testing.assert_array_equal(elementary.erf(ends), [-1, 1, np.nan])


def test_shares() -> None:
    x = np.random.default_rng(0).normal(0, 30, (50, 7))
    np.testing.assert_allclose(elementary.softmax(x), special.softmax(x, axis=-1), rtol=1e-13)
    logs = special.log_softmax(x, axis=-1)
    np.testing.assert_allclose(elementary.log_softmax(x), logs, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("name", [*FUNCTIONS, "log", "softmax", "log_softmax"])
def test_the_precision_is_the_arguments(name: str) -> None:
    x = np.linspace(0.5, 2, 6, dtype=np.float32).reshape(2, 3)
    found = getattr(elementary, name)(x)
    assert found.dtype == np.float32
    wide = getattr(elementary, name)(x.astype(np.float64))
    np.testing.assert_array_equal(found, wide.astype(np.float32))
