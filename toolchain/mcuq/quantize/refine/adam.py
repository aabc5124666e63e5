"""Adam (Kingma and Ba 2014) on named arrays."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mcuq.quantize.refine.functions import Array

_FIRST, _SECOND, _TINY = 0.9, 0.99, 1e-12


class Adam:
    """Moments of the gradients seen so far; steps change the parameters in place."""

    def __init__(self) -> None:
        self._moments: dict[str, tuple[Array, Array, int]] = {}

    def step(
        self,
        parameters: dict[str, Array],
        gradients: Mapping[str, Array],
        rates: Mapping[str, float],
    ) -> None:
        """One step of size about `rates[name]` for each parameter that has a gradient."""
        for name, gradient in gradients.items():
            zero = np.zeros_like(gradient)
            mean, power, count = self._moments.get(name, (zero, zero, 0))
            mean = _FIRST * mean + (1 - _FIRST) * gradient
            power = _SECOND * power + (1 - _SECOND) * gradient**2
            count += 1
            self._moments[name] = mean, power, count
            unbiased = np.sqrt(power / (1 - _SECOND**count)) + _TINY
            parameters[name] -= rates[name] * mean / (1 - _FIRST**count) / unbiased
