"""Features of the streaming wake word's sound in float64: what the firmware's are compared with."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mcuq.mlperf.sound import BANDS, BLOCK, STEP, bands, window

_EMPHASIS = 1 - 2**-5
_LEAST_POWER = 1e-30
_OFFSET, _RANGE = 52.0, 64.0


def features(samples: npt.NDArray[np.int16]) -> npt.NDArray[np.float64]:
    """Rows of features, one for each step, each of the block that ends with it.

    Args:
        samples: int16 [n]; what is left over after the last whole step is not heard. Ahead of the
            first there is silence.

    Returns:
        float64 [n // STEP, BANDS], 0 to 1.
    """
    steps = len(samples) // STEP
    heard = np.concatenate([np.zeros(STEP + 1), samples[: steps * STEP].astype(np.float64)]) / 2**15
    raised = heard[1:] - _EMPHASIS * heard[:-1]
    blocks = np.stack([raised[at * STEP :][:BLOCK] for at in range(steps)]) if steps else None
    if blocks is None:
        return np.zeros((0, BANDS))
    half = np.array(window())
    spectrum = np.fft.rfft(blocks * np.concatenate([half, half[::-1]]))
    power = (spectrum.real**2 + spectrum.imag**2) / BLOCK
    bins, rises = bands()
    rows = np.zeros((steps, BANDS))
    for edge in range(BANDS + 1):
        for at in range(bins[edge], bins[edge + 1]):
            if edge < BANDS:
                rows[:, edge] += rises[at] * power[:, at]
            if edge > 0:
                rows[:, edge - 1] += (1 - rises[at]) * power[:, at]
    decibels = 10 * np.log10(np.maximum(rows, _LEAST_POWER))
    return np.asarray(np.clip((decibels + _OFFSET) / _RANGE, 0, 1))
