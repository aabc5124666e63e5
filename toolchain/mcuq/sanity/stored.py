"""Ranges that a model file stores, beside what its activations reach."""

from __future__ import annotations

from collections.abc import Mapping

from mcuq.calibrate import Statistics
from mcuq.findings import Finding, about_data
from mcuq.sanity.settings import SETS


def stored_range_findings(
    stored: Mapping[str, tuple[float, float]], statistics: Mapping[str, Statistics], bits: int
) -> tuple[Finding, ...]:
    """The activation that uses the fewest steps of its stored range, if they are too few.

    A file of 16-bit integers with one scale throughout is the usual case.

    Args:
        stored: activation → (low, high).
        statistics: of the calibration samples.
        bits: of the activations that are to be.
    """
    steps = {
        name: ((1 << bits) - 1) * reach / (high - low)
        for name, (low, high) in stored.items()
        if name in statistics and (reach := _reach(statistics[name]))
    }
    few = {name: used for name, used in steps.items() if used < SETS.fewest_steps}
    if not few:
        return ()
    worst = min(few, key=lambda name: few[name])
    seen, (low, high) = statistics[worst], stored[worst]
    others = (
        f" (and fewer than {SETS.fewest_steps} of {len(few) - 1} others)" if len(few) > 1 else ""
    )
    return (
        about_data(
            "wide-stored-range",
            f"the file stores the range {low:.4g} to {high:.4g} for {worst!r}, which is "
            f"{seen.low:.4g} to {seen.high:.4g} on calibration samples: it uses "
            f"{few[worst]:.1f} of {(1 << bits) - 1} steps{others}",
            "calibrate anew: mcuq calibrate, then --ranges",
        ),
    )


def _reach(seen: Statistics) -> float:
    """Of the values, and of 0, which every range holds."""
    return max(seen.high, 0.0) - min(seen.low, 0.0)
