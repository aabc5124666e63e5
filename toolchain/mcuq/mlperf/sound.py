"""Features of the streaming wake word's sound: the firmware's constants, the same on the host.

Source: github.com/mlcommons/tiny, v1.3: `get_lfbe_func` in
benchmark/training/streaming_wakeword/get_dataset.py, which the reference firmware follows. Blocks
of 1024 samples at 16 kHz, 512 apart; each sample less 31/32 of the one ahead; a symmetric Hamming
window; power in 40 triangles equally wide on the mel scale (HTK's: 1127 ln(1 + f / 700)) from 0 to
8 kHz; decibels from -52 to 12 as 0 to 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mcuq.emit.c.literals import c_float

BLOCK, STEP, BANDS = 1024, 512, 40
SAMPLE_HZ = 16_000
_EMPHASIS = 1 - 2**-5
_LEAST_POWER = 1e-30
_OFFSET, _RANGE = 52.0, 64.0
_PER_LINE = 8


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
    half = np.array(_window())
    spectrum = np.fft.rfft(blocks * np.concatenate([half, half[::-1]]))
    power = (spectrum.real**2 + spectrum.imag**2) / BLOCK
    bins, rises = _bands()
    rows = np.zeros((steps, BANDS))
    for edge in range(BANDS + 1):
        for at in range(bins[edge], bins[edge + 1]):
            if edge < BANDS:
                rows[:, edge] += rises[at] * power[:, at]
            if edge > 0:
                rows[:, edge - 1] += (1 - rises[at]) * power[:, at]
    decibels = 10 * np.log10(np.maximum(rows, _LEAST_POWER))
    return np.asarray(np.clip((decibels + _OFFSET) / _RANGE, 0, 1))


def render_tables() -> str:
    """Text of mcuq_sound_tables.c."""
    bins, rises = _bands()
    return "\n".join(
        [
            '/* Features of sound: see mcuq_sound_tables.h. */\n#include "mcuq_sound_tables.h"\n',
            _array("float mcuq_cosine", [*map(c_float, _cosine())]),
            _array("float mcuq_sound_window", [*map(c_float, _window())]),
            _array("uint16_t mcuq_band_bins", [*map(str, bins)]),
            _array("float mcuq_band_rise", [*map(c_float, rises)]),
        ]
    )


def _array(declared: str, values: Sequence[str]) -> str:
    lines = [
        "    " + ", ".join(values[at : at + _PER_LINE]) + ","
        for at in range(0, len(values), _PER_LINE)
    ]
    return "\n".join([f"const {declared}[{len(values)}] = {{", *lines, "};\n"])


def _cosine() -> list[float]:
    quarter = BLOCK // 4
    return [math.cos(math.pi / 2 * at / quarter) for at in range(quarter)] + [0.0]


def _window() -> list[float]:
    """Its first half."""
    return [0.54 - 0.46 * math.cos(2 * math.pi * at / (BLOCK - 1)) for at in range(BLOCK // 2)]


def _bands() -> tuple[list[int], list[float]]:
    """Where the bins of each interval between edges begin, and how far in it each bin lies.

    The lowest bin, of the mean, belongs to no band, nor does the highest one, at the last edge.
    """
    width = _mel(SAMPLE_HZ / 2) / (BANDS + 1)
    places = [_mel(SAMPLE_HZ * at / BLOCK) / width for at in range(BLOCK // 2)]
    first = [
        next(at for at in range(1, BLOCK // 2) if places[at] >= edge) for edge in range(BANDS + 1)
    ]
    return [*first, BLOCK // 2], [place - math.floor(place) for place in places]


def _mel(hertz: float) -> float:
    return 1127.0 * math.log1p(hertz / 700.0)
