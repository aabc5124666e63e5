"""Statistics of a calibration as a file: written once, merged, judged by any observer later."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from mcuq.calibrate.statistics import Statistics
from mcuq.errors import InputError
from mcuq.graph import Graph

_FORMAT = 1
_LARGEST = 1 << 62
_LARGEST_EXPONENT = 256
"""float32 ends at 128; a histogram's bins are a little wider or much finer."""


def statistics_to_json(statistics: Mapping[str, Statistics]) -> str:
    """A text that `statistics_from_json` reads back to equal statistics."""
    tensors = {name: seen.to_plain() for name, seen in statistics.items()}
    return json.dumps({"format": _FORMAT, "statistics": tensors}, separators=(",", ":")) + "\n"


def statistics_from_json(text: str) -> dict[str, Statistics]:
    """Statistics by activation, from `statistics_to_json`'s text.

    Raises:
        InputError: the text is something else.
    """
    try:
        plain: Any = json.loads(text)
        if plain["format"] != _FORMAT:
            raise ValueError(f"format {plain['format']} is not known")
        return {name: _checked(seen) for name, seen in plain["statistics"].items()}
    except RecursionError as error:
        raise InputError(
            "not a file of calibration statistics: nested too deep",
            "write one with: mcuq calibrate",
        ) from error
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
        raise InputError(
            f"not a file of calibration statistics: {error}", "write one with: mcuq calibrate"
        ) from error


def _checked(plain: dict[str, Any]) -> Statistics:
    seen = Statistics.from_plain(plain)
    counts = seen.histogram.counts
    average = seen.average
    numbers = (seen.low, seen.high, average.decay, average.weight, average.low, average.high)
    whole = (seen.samples, seen.histogram.exponent, seen.histogram.first)
    if not all(type(value) is int and abs(value) < _LARGEST for value in whole):
        raise ValueError("a tensor's statistics hold no whole number where one belongs")
    if not all(type(value) is float and math.isfinite(value) for value in numbers):
        raise ValueError("a tensor's statistics hold what is not a number")
    if abs(seen.histogram.exponent) > _LARGEST_EXPONENT or average.weight <= 0:
        raise ValueError("a tensor's statistics are out of range")
    if seen.samples < 1 or not seen.low <= seen.high or counts.ndim != 1:
        raise ValueError("a tensor's statistics are empty or contradict themselves")
    if counts.min(initial=0) < 0 or counts.sum() < 1:
        raise ValueError("a tensor's histogram is empty or counts below nothing")
    return seen


def merge_statistics(
    first: Mapping[str, Statistics], later: Mapping[str, Statistics]
) -> dict[str, Statistics]:
    """Statistics of both data sets of one model, `first`'s samples before `later`'s.

    Raises:
        InputError: they are of different models.
    """
    if set(first) != set(later):
        raise InputError(
            "the statistics are of different tensors", "merge calibrations of one model only"
        )
    return {name: seen.merge(later[name]) for name, seen in first.items()}


def check_statistics(statistics: Mapping[str, Statistics], graph: Graph) -> None:
    """Raises InputError where an activation of `graph` has no statistics."""
    missing = [name for name in graph.activations if name not in statistics]
    if missing:
        raise InputError(
            f"the calibration file knows nothing of tensor '{missing[0]}'"
            + (f" and {len(missing) - 1} more" if missing[1:] else ""),
            "it belongs to another model: run mcuq calibrate on this one",
        )
