"""Triangular factors beside LAPACK's, and the same in whatever order products are added."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from summations import OTHERS

from mcuq.numeric import products
from mcuq.numeric.factors import cholesky, inverse_lower, inverse_root


def moments(groups: int, size: int) -> npt.NDArray[np.float64]:
    rng = np.random.default_rng(size)
    x = rng.normal(size=(groups, size, 2 * size)) * np.logspace(0, -2, size)[:, None]
    return x @ x.transpose(0, 2, 1) / size + 1e-3 * np.eye(size)


@pytest.mark.parametrize(("groups", "size"), [(1, 1), (7, 9), (2, 48), (1, 49), (1, 200)])
def test_factors_are_those_of_lapack(groups: int, size: int) -> None:
    matrices = moments(groups, size)
    np.testing.assert_allclose(cholesky(matrices), np.linalg.cholesky(matrices), atol=1e-9)
    lower = np.linalg.cholesky(matrices)
    np.testing.assert_allclose(
        inverse_lower(lower) @ lower, np.broadcast_to(np.eye(size), matrices.shape), atol=1e-7
    )
    root = inverse_root(matrices)
    np.testing.assert_allclose(
        root.transpose(0, 2, 1) @ root, np.linalg.inv(matrices), rtol=1e-5, atol=1e-4
    )
    assert not np.tril(root, -1).any() and (np.diagonal(root, axis1=1, axis2=2) > 0).all()


@pytest.mark.parametrize("order", OTHERS)
def test_factors_are_the_same_in_every_order(order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    matrices = moments(2, 130)
    wanted = inverse_root(matrices).tobytes()
    monkeypatch.setattr(products, "_multiply", OTHERS[order])
    assert inverse_root(matrices).tobytes() == wanted


def test_a_matrix_that_is_almost_singular_has_a_finite_root() -> None:
    matrices = np.ones((1, 60, 60)) + 1e-14 * np.eye(60)
    assert np.isfinite(inverse_root(matrices)).all()
