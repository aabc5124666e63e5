"""Adam (Kingma and Ba 2014) on named arrays."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mcuq.ops.operator import Values as Array
from mcuq.ptq.refine.settings import RefineSettings

_TINY = 1e-12
"""Keeps a gradient that was always zero from dividing by it."""


class Adam:
    """Moments of the gradients seen so far; steps change the parameters in place."""

    def __init__(self, settings: RefineSettings) -> None:
        self._settings = settings
        self._moments: dict[str, tuple[Array, Array, tuple[float, float]]] = {}

    def step(
        self,
        parameters: dict[str, Array],
        gradients: Mapping[str, Array],
        rates: Mapping[str, float],
    ) -> None:
        """One step of size about `rates[name]` for each parameter that has a gradient."""
        first, second = self._settings.first_decay, self._settings.second_decay
        for name, gradient in gradients.items():
            zero = np.zeros_like(gradient)
            mean, power, early = self._moments.get(name, (zero, zero, (1.0, 1.0)))
            mean = first * mean + (1 - first) * gradient
            power = second * power + (1 - second) * gradient**2
            early = early[0] * first, early[1] * second
            self._moments[name] = mean, power, early
            unbiased = np.sqrt(power / (1 - early[1])) + _TINY
            parameters[name] -= rates[name] * mean / (1 - early[0]) / unbiased
