"""The bound of walks holds for each walk, and is met by the longest one."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from mcuq_hil.worst.longest import Steps, longest_walk

PLACES = st.integers(0, 4)
COSTS = st.integers(0, 1000)


@st.composite
def networks(draw: st.DrawFn) -> Steps:
    """Places from which each one can be reached directly or not; all end at place 0."""
    pairs = draw(st.dictionaries(st.tuples(PLACES, PLACES), COSTS, max_size=20))
    places = {place for pair in pairs for place in pair} | {0}
    return {
        one: {0: draw(COSTS)} | {end: cost for (start, end), cost in pairs.items() if start == one}
        for one in places
    }


@given(networks(), st.randoms(use_true_random=False), st.integers(1, 40))
def test_no_walk_exceeds_the_bound(steps: Steps, random: object, length: int) -> None:
    at, cost, passed = 0, 0, Counter[int]()
    for _ in range(length):
        passed[at] += 1
        end = random.choice(sorted(steps[at]))  # type: ignore[attr-defined]
        cost += steps[at][end]
        at = end
    while at != 0:
        passed[at] += 1
        cost += steps[at][0]
        at = 0
    assert cost <= longest_walk(steps, passed)
    more = {place: times + 3 * (place == 1) for place, times in passed.items()}
    assert cost <= longest_walk(steps, more, {1} - {0})


@given(st.integers(1, 50), st.integers(1, 50), COSTS, COSTS, COSTS)
def test_the_way_out_of_a_loop_counts_once(
    calls: int, turns: int, before: int, body: int, after: int
) -> None:
    """A loop of one block in a function: known in full."""
    steps = {0: {1: before}, 1: {1: body, 0: after}}
    passed = {0: calls, 1: calls * turns}
    exact = calls * (before + after + (turns - 1) * body)
    assert longest_walk(steps, passed) == exact


def test_the_longest_ways_do_not_all_fit() -> None:
    """Two places would rather step to a third one, which is passed once."""
    steps = {0: {0: 1, 1: 1, 2: 10}, 1: {0: 1, 2: 8}, 2: {0: 1}}
    assert longest_walk(steps, {0: 5, 1: 1, 2: 1}) == 1 + 1 + 10 + 1 + 1 + 1 + 1
    assert longest_walk(steps, {0: 5}) == 5
