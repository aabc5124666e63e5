"""The longest walk that passes each place as often as is known.

A walk goes from place to place in steps, the costs of which are known; how often each place is
passed is known too, its length is not. As many steps end at a place as begin there, so the longest
walk is a transportation problem. Any prices of the places give a bound of it, in whole numbers: a
step from a place costs no more than the most of `cost - price of its end`, and the price of that
end. The best prices are the problem's dual solution; the linear program only proposes them, so that
its rounding cannot make a bound too small.
"""

from __future__ import annotations

from collections.abc import Mapping, Set

import numpy as np

Steps = Mapping[int, Mapping[int, int]]
"""Place → places that a step from it ends at → most cost of such a step."""


def longest_walk(steps: Steps, times: Mapping[int, int], optional: Set[int] = frozenset()) -> int:
    """A bound of the cost of all steps of closed walks.

    Args:
        steps: of every place that is in `times`.
        times: how often each place is passed.
        optional: of those, the ones that may be passed as often or more seldom.
    """
    places = [place for place, count in times.items() if count]
    prices = dict.fromkeys(places, 0)
    if len(places) > 1:
        prices = _proposed(steps, times, optional, places)
    return sum(
        _share(steps[place], prices, times[place], prices[place], is_sure=place not in optional)
        for place in places
    )


def _share(
    ends: Mapping[int, int], prices: Mapping[int, int], times: int, price: int, *, is_sure: bool
) -> int:
    """What the passages of a place add to the bound."""
    each = price + max(
        (cost - prices[end] for end, cost in ends.items() if end in prices), default=-price
    )
    return times * (each if is_sure else max(each, 0))


def _proposed(
    steps: Steps, times: Mapping[int, int], optional: Set[int], places: list[int]
) -> dict[int, int]:
    """Prices that make the bound small: with u(a) + v(b) >= cost(a, b), the least sum of
    times(a) * (u(a) + v(a)); no more than zero where that cannot be found."""
    from scipy.optimize import linprog  # takes a quarter of a second to load

    number = {place: index for index, place in enumerate(places)}
    found = [
        (number[a], number[b], cost) for a in places for b, cost in steps[a].items() if b in number
    ]
    count = len(places)
    sure = np.array([[a, count + b] for a, b, _ in found], np.intp).reshape(-1, 2)
    kept = [number[place] for place in places if place in optional]
    rows = np.zeros((len(found) + len(kept), 2 * count))
    np.put_along_axis(rows[: len(found)], sure, -1.0, axis=1)
    for row, place in enumerate(kept, len(found)):
        rows[row, [place, count + place]] = -1.0
    limits = [-float(cost) for _, _, cost in found] + [0.0] * len(kept)
    weights = np.tile([float(times[place]) for place in places], 2)
    solved = linprog(weights, A_ub=rows, b_ub=limits, bounds=(None, None))
    if solved.x is None:
        return dict.fromkeys(places, 0)
    return {place: round(solved.x[count + number[place]]) for place in places}
