"""Damped second moments have a triangular root, whatever rounding left of them."""

from __future__ import annotations

import numpy as np

from mcuq.numeric.factors import inverse_root
from mcuq.ptq.candidates.moments import Moments, damped


def test_inputs_that_hardly_vary_keep_a_root() -> None:
    rng = np.random.default_rng(0)
    x = 1000 + 1e-9 * rng.normal(size=(2, 200, 40))
    mean = x.mean(axis=1)
    gram = x.transpose(0, 2, 1) @ x / 200
    centred = Moments(mean, mean, gram, gram).centred().gram
    assert (np.linalg.eigvalsh(gram - mean[:, :, None] * mean[:, None, :])[:, 0] < 0).all()
    root = inverse_root(damped(centred, 0.01))
    np.testing.assert_allclose(
        root.transpose(0, 2, 1) @ root @ damped(centred, 0.01),
        np.broadcast_to(np.eye(40), (2, 40, 40)),
        atol=1e-6,
    )


def test_sound_moments_get_their_share_only() -> None:
    x = np.random.default_rng(1).normal(size=(1, 100, 5))
    gram = x.transpose(0, 2, 1) @ x
    share = 0.01 * np.trace(gram[0]) / 5
    np.testing.assert_allclose(damped(gram, 0.01), gram + share * np.eye(5))
