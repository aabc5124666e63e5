"""Damped second moments can be inverted, whatever rounding left of them."""

from __future__ import annotations

import numpy as np

from mcuq.ptq.candidates.moments import damped


def test_moments_that_rounding_made_negative_become_positive_definite() -> None:
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 1e-10, (2, 40, 40))
    gram = noise + noise.transpose(0, 2, 1)
    assert (np.linalg.eigvalsh(gram)[:, 0] < 0).all()
    np.linalg.cholesky(np.linalg.inv(damped(gram, 0.01)))


def test_sound_moments_get_their_share_only() -> None:
    x = np.random.default_rng(1).normal(size=(1, 100, 5))
    gram = x.transpose(0, 2, 1) @ x
    share = 0.01 * np.trace(gram[0]) / 5
    np.testing.assert_allclose(damped(gram, 0.01), gram + share * np.eye(5))
