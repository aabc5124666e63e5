"""The outcome of calibration: a range for each activation and observer."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from mcuq.calibrate.observers import observer
from mcuq.calibrate.statistics import Statistics
from mcuq.errors import InputError, UsageError

Range = tuple[float, float]


@dataclass(frozen=True)
class Ranges:
    """Ranges of real values.

    Attributes:
        by_tensor: activation name → observer name → (low, high), low ≤ high.
    """

    by_tensor: Mapping[str, Mapping[str, Range]]

    def range(self, tensor: str, observer: str) -> Range:
        """(low, high) of an activation as an observer sees it.

        Raises:
            UsageError: the tensor or the observer was not calibrated.
        """
        ranges = self.by_tensor.get(tensor)
        if ranges is None:
            raise UsageError(f"no range is known for tensor {tensor!r}", "calibrate this model")
        if observer not in ranges:
            raise UsageError(
                f"tensor {tensor!r} was not calibrated with observer {observer!r}",
                f"calibrated: {', '.join(ranges)}",
            )
        return ranges[observer]

    def prescribed(self, stored: Mapping[str, Range]) -> Ranges:
        """The same, but for every observer the `stored` range of each activation named there."""
        return Ranges(
            {
                tensor: dict.fromkeys(found, stored[tensor]) if tensor in stored else found
                for tensor, found in self.by_tensor.items()
            }
        )

    def to_json(self) -> str:
        """A JSON text that `from_json` reads back to equal ranges."""
        plain = {
            tensor: {name: list(bounds) for name, bounds in ranges.items()}
            for tensor, ranges in self.by_tensor.items()
        }
        return json.dumps({"ranges": plain}, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Ranges:
        """Ranges from `to_json`'s text.

        Raises:
            InputError: the text is something else.
        """
        try:
            plain = json.loads(text)["ranges"]
            by_tensor = {
                tensor: {name: _bounds(bounds) for name, bounds in ranges.items()}
                for tensor, ranges in plain.items()
            }
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise InputError(
                f"not a file of calibrated ranges: {error}", "write one with Ranges.to_json"
            ) from error
        return cls(by_tensor)


def ranges_from(statistics: Mapping[str, Statistics], observers: Collection[str]) -> Ranges:
    """The ranges that `observers` give to each activation.

    Raises:
        UsageError: an observer is unknown.
    """
    judges = {name: observer(name) for name in observers}
    return Ranges(
        {
            tensor: {name: judge(seen) for name, judge in judges.items()}
            for tensor, seen in statistics.items()
        }
    )


def _bounds(values: Any) -> Range:
    low, high = float(values[0]), float(values[1])
    if len(values) != 2 or not (math.isfinite(low) and math.isfinite(high)) or low > high:
        raise ValueError(f"{values} is no range")
    return low, high
