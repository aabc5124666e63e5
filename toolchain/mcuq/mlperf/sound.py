"""Features of the streaming wake word's sound: the constants of the firmware.

Source: github.com/mlcommons/tiny, v1.3: `get_lfbe_func` in
benchmark/training/streaming_wakeword/get_dataset.py, which the reference firmware follows. Blocks
of 1024 samples at 16 kHz, 512 apart; each sample less 31/32 of the one ahead; a symmetric Hamming
window; power in 40 triangles equally wide on the mel scale (HTK's: 1127 ln(1 + f / 700)) from 0 to
8 kHz; decibels from -52 to 12 as 0 to 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from mcuq.emit.c.literals import c_float

BLOCK, STEP, BANDS = 1024, 512, 40
SAMPLE_HZ = 16_000
_PER_LINE = 8


def render_tables() -> str:
    """Text of mcuq_sound_tables.c."""
    bins, rises = bands()
    return "\n".join(
        [
            '/* Features of sound: see mcuq_sound_tables.h. */\n#include "mcuq_sound_tables.h"\n',
            _array("float mcuq_cosine", [*map(c_float, _cosine())]),
            _array("float mcuq_sound_window", [*map(c_float, window())]),
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


def window() -> list[float]:
    """The first half of the symmetric Hamming window."""
    return [0.54 - 0.46 * math.cos(2 * math.pi * at / (BLOCK - 1)) for at in range(BLOCK // 2)]


def bands() -> tuple[list[int], list[float]]:
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
