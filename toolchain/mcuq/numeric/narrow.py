"""Output channels of a filter that are narrower than its others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcuq.numeric.widths import stored_bytes, weight_limits

Limits = npt.NDArray[np.float64]


@dataclass(frozen=True, order=True)
class Narrow:
    """Which channels they are; false where there are none.

    Attributes:
        bits: their width.
        channels: their numbers, ascending.
    """

    bits: int = 0
    channels: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.channels)

    def rows(self, channels: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The other channels of a filter of so many, and these."""
        narrow = set(self.channels)
        return tuple(row for row in range(channels) if row not in narrow), self.channels


NONE_NARROW = Narrow()


def channel_limits(bits: int, narrow: Narrow, channels: int) -> tuple[Limits, Limits]:
    """Smallest and largest weight of each channel, (channels,)."""
    low, high = (np.full(channels, float(limit)) for limit in weight_limits(bits))
    if narrow:
        low[list(narrow.channels)], high[list(narrow.channels)] = weight_limits(narrow.bits)
    return low, high


def mixed_bytes(shape: tuple[int, ...], bits: int, narrow: Narrow) -> int:
    """Bytes of a filter (channels, …) whose channels of one width are packed together."""
    size = 1
    for length in shape[1:]:
        size *= length
    few = len(narrow.channels)
    return stored_bytes((shape[0] - few) * size, bits) + stored_bytes(few * size, narrow.bits)
