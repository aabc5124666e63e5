"""The outcome of calibration: a range for each activation and observer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from mcuq.calibrate.observers import observer
from mcuq.calibrate.statistics import Statistics
from mcuq.errors import UsageError

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


def ranges_from(statistics: Mapping[str, Statistics], observers: Collection[str]) -> Ranges:
    """The ranges that `observers` give to each activation.

    Raises:
        UsageError: an observer is unknown.
    """
    observe = {name: observer(name) for name in observers}
    return Ranges(
        {
            tensor: {name: function(seen) for name, function in observe.items()}
            for tensor, seen in statistics.items()
        }
    )
