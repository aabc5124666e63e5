"""The memory planner: an offset in one static arena for every buffer of a run.

Two buffers that are alive at the same step must not share bytes, with one exception: an
operator's output may be written over its own dying input as far as the kernel has finished
reading it (diagonal memory planning; "DMO" and "vMCU" describe it). How far is the kernel's
promise, given here as an `Overlap`:

    ascending kernel          | out ....... |              out_end - in_start <= ascending
                                     | in .......... |
    descending kernel                | out ....... |       in_end - out_start <= descending
                              | in ......... |

An element-wise operator run in place has ascending = descending = its size. All rules become
one: for a pair (a, b), start(b) - start(a) must stay out of an open interval.

Buffers are placed first-fit in an order that is improved by hill climbing from several good
starts, seeded, until the lower bound is met or the iterations are used up.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Buffer:
    """`size` bytes needed from step `first` to step `last`, both included."""

    name: str
    size: int
    first: int
    last: int


@dataclass(frozen=True)
class Overlap:
    """Bytes that `output` may share with the dying `input`, by the kernel's traversal."""

    input: str
    output: str
    ascending: int = 0
    descending: int = 0


@dataclass(frozen=True)
class Plan:
    """Offsets in bytes by buffer name; `lower_bound` is what no plan can go below."""

    offsets: Mapping[str, int]
    arena_bytes: int
    lower_bound: int


Interval = tuple[int, int]
Conflicts = dict[str, dict[str, Interval]]


def plan_memory(
    buffers: Sequence[Buffer],
    overlaps: Sequence[Overlap] = (),
    *,
    align: int = 4,
    seed: int = 0,
    iterations: int = 4000,
) -> Plan:
    """Place every buffer.

    Args:
        buffers: unique names, sizes in bytes.
        overlaps: what may be shared; pairs not named are kept apart while both live.
        align: every offset and the arena's size are multiples of it.
        seed: of the hill climbing; the same seed gives the same plan.
        iterations: placements tried before the best so far is taken.
    """
    sizes = {b.name: _round_up(b.size, align) for b in buffers}
    conflicts = _conflicts(buffers, sizes, overlaps)
    bound = lower_bound(buffers, overlaps, align=align)
    rng = random.Random(seed)
    best_order: list[str] = []
    best: dict[str, int] = {}
    best_top = -1
    for start in _starts(buffers):
        offsets = _place(start, sizes, conflicts, align)
        top = _top(offsets, sizes)
        if best_top < 0 or top < best_top:
            best_order, best, best_top = list(start), offsets, top
    current, current_top = best_order, best_top
    for _ in range(iterations):
        if best_top <= bound:
            break
        candidate = _neighbour(current, rng)
        offsets = _place(candidate, sizes, conflicts, align)
        top = _top(offsets, sizes)
        # Equal tops are accepted too: plateaus are wide and must be walked.
        if top <= current_top:
            current, current_top = candidate, top
        if top < best_top:
            best, best_top = offsets, top
    return Plan(best, max(best_top, 0), min(bound, max(best_top, 0)))


def lower_bound(buffers: Sequence[Buffer], overlaps: Sequence[Overlap], *, align: int = 4) -> int:
    """Largest sum of live bytes over the steps, less what the step's overlaps may save."""
    bound = 0
    steps = {b.first for b in buffers}
    by_output: dict[str, list[Overlap]] = {}
    for overlap in overlaps:
        by_output.setdefault(overlap.output, []).append(overlap)
    for step in steps:
        live = {b.name: b for b in buffers if b.first <= step <= b.last}
        total = sum(_round_up(b.size, align) for b in live.values())
        for name, buffer in live.items():
            if buffer.first == step:
                shared = sum(
                    max(o.ascending, o.descending)
                    for o in by_output.get(name, ())
                    if o.input in live
                )
                total -= min(_round_up(shared, align), _round_up(buffer.size, align))
        bound = max(bound, total)
    return bound


def _round_up(value: int, align: int) -> int:
    return -(-value // align) * align


def _conflicts(
    buffers: Sequence[Buffer], sizes: Mapping[str, int], overlaps: Sequence[Overlap]
) -> Conflicts:
    """For each pair alive together: the open interval that start(b) - start(a) must avoid."""
    shared = {(o.input, o.output): o for o in overlaps}
    conflicts: Conflicts = {b.name: {} for b in buffers}
    for i, a in enumerate(buffers):
        for b in buffers[i + 1 :]:
            if a.last < b.first or b.last < a.first or not a.size or not b.size:
                continue
            low, high = -sizes[b.name], sizes[a.name]
            if a.last == b.first and (a.name, b.name) in shared:
                low, high = _relax(low, high, shared[a.name, b.name], a.size, b.size)
            elif b.last == a.first and (b.name, a.name) in shared:
                high, low = (
                    -x for x in _relax(-high, -low, shared[b.name, a.name], b.size, a.size)
                )
            if low < high:
                conflicts[a.name][b.name] = (low, high)
                conflicts[b.name][a.name] = (-high, -low)
    return conflicts


def _relax(low: int, high: int, overlap: Overlap, in_size: int, out_size: int) -> tuple[int, int]:
    """The forbidden interval of start(out) - start(in) once the overlap is granted."""
    if overlap.ascending:
        low = -out_size + overlap.ascending
    if overlap.descending:
        high = in_size - overlap.descending
    return low, high


def _place(
    order: Sequence[str], sizes: Mapping[str, int], conflicts: Conflicts, align: int
) -> dict[str, int]:
    """First fit: each buffer at the lowest aligned offset that no placed buffer forbids."""
    offsets: dict[str, int] = {}
    for name in order:
        forbidden = sorted(
            (offsets[other] - high, offsets[other] - low)
            for other, (low, high) in conflicts[name].items()
            if other in offsets
        )
        position = 0
        for start, end in forbidden:
            if position <= start:
                # Intervals are sorted by start: nothing later forbids this position.
                break
            if position < end:
                position = _round_up(end, align)
        offsets[name] = position
    return offsets


def _top(offsets: Mapping[str, int], sizes: Mapping[str, int]) -> int:
    return max((offsets[name] + sizes[name] for name in offsets), default=0)


def _starts(buffers: Sequence[Buffer]) -> list[list[str]]:
    """Known good orders: by size, by bytes × lifetime, by time forwards and backwards."""
    by_size = sorted(buffers, key=lambda b: (-b.size, b.first, b.name))
    by_area = sorted(buffers, key=lambda b: (-b.size * (b.last - b.first + 1), b.name))
    by_time = sorted(buffers, key=lambda b: (b.first, -b.size, b.name))
    by_end = sorted(buffers, key=lambda b: (-b.last, -b.size, b.name))
    return [[b.name for b in order] for order in (by_size, by_area, by_time, by_end)]


def _neighbour(order: list[str], rng: random.Random) -> list[str]:
    """The order with one buffer moved, or two exchanged."""
    result = list(order)
    i, j = rng.randrange(len(result)), rng.randrange(len(result))
    if rng.random() < 0.5:
        result.insert(j, result.pop(i))
    else:
        result[i], result[j] = result[j], result[i]
    return result
