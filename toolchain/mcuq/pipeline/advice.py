"""What to do where a result does not fit the budget."""

from __future__ import annotations

from mcuq.pipeline.settings import ADVICE
from mcuq.search import Cost, Limits


def budget_hint(cost: Cost, limits: Limits, otherwise: str) -> str:
    """The hint for what `cost` exceeds.

    Args:
        otherwise: where nothing in particular is to be said.
    """
    weights = limits.weight_bytes
    if weights is not None and weights <= ADVICE.largest_share and cost.weight_bytes > weights:
        return f"--weight-bytes {weights} is in bytes: did you mean {weights}%?"
    for option, used, limit in (
        ("--flash", cost.flash, limits.flash),
        ("--ram", cost.ram, limits.ram),
    ):
        if limit is not None and 0 < limit < ADVICE.smallest_memory and used > limit:
            return f"{option} {limit} is in bytes: did you mean {limit}K?"
    return otherwise


def margin_hint(cost: Cost, limits: Limits) -> str:
    """For a linked image that is larger than it was predicted: the budgets that leave it room."""
    words = [
        f"{option} {2 * limit - used}"
        for option, used, limit in (
            ("--flash", cost.flash, limits.flash),
            ("--ram", cost.ram, limits.ram),
        )
        if limit is not None and limit < used < 2 * limit
    ]
    if not words:
        return "choose fewer bits, a larger board or a smaller model"
    return f"it came out larger than predicted: search with {' '.join(words)}"
