"""Control flow of a function in machine code, and the longest ways between its loops' heads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from mcuq_hil.cycles.decode import control
from mcuq_hil.image import Function
from mcuq_hil.worst.longest import Steps

Read = Callable[[int, int], bytes]
"""Bytes from an address on."""

_CASES = "__gnu_thumb1_case_"
"""libgcc's helpers that jump by a table behind their call, on cores without TBB."""
_CASE_BYTES = {"qi": 1, "hi": 2, "si": 4}
_TABLE_BYTES = {"tbb": 1, "tbh": 2}
_WIDEST = 4


@dataclass(frozen=True)
class FlowGraph:
    """One function.

    Attributes:
        following: address of each instruction → those that may be executed next.
        calls: address of an instruction → the function that it calls; 0: a register says which.
        heads: where cycles are cut, the entry among them: between two of them there is no loop.
        ends: addresses of the instructions with which a call may end.
        order: all addresses; what follows one comes before it, heads apart.
        open_at: an instruction of which nobody knows where it goes; None: there is none.
    """

    entry: int
    following: Mapping[int, tuple[int, ...]]
    calls: Mapping[int, int]
    heads: frozenset[int]
    ends: frozenset[int]
    order: tuple[int, ...]
    open_at: int | None

    @cached_property
    def doors(self) -> Mapping[int, tuple[int, ...]]:
        """Loop that is in no other one, by its head → the instructions that it is entered from.

        Where one of those may also go elsewhere, how often the loop is entered is not known.
        """
        found = {}
        for head in self.heads - {self.entry}:
            inside = self._reached(head)
            before = [at for at, after in self.following.items() if head in after]
            outside = tuple(at for at in before if at not in inside)
            if outside and all(len(self.following[at]) == 1 for at in outside):
                found[head] = outside
        return found

    def is_on_every_way(self, place: int) -> bool:
        """Whether no call ends without it."""
        past = self._reached(self.entry, without=place) | {self.entry}
        return place == self.entry or all(self.following[at] for at in past)

    def _reached(self, start: int, without: int | None = None) -> set[int]:
        found, waiting = set[int](), [start]
        while waiting:
            fresh = {*self.following[waiting.pop()]} - found - {without}
            found |= fresh
            waiting += fresh
        return found

    def steps(self, cost_of_call: Callable[[int], int]) -> Steps:
        """Most instructions from each head on to each one that is reached next.

        The end of a call is the entry of another one.

        Args:
            cost_of_call: what a call of a function takes beside the instruction that calls it.
        """
        found: dict[int, dict[int, int]] = {}
        for at in self.order:
            own = 1 + (cost_of_call(self.calls[at]) if at in self.calls else 0)
            here = {self.entry: own} if at in self.ends else {}
            for one in self.following[at]:
                for end, cost in ({one: 0} if one in self.heads else found[one]).items():
                    here[end] = max(here.get(end, 0), own + cost)
            found[at] = here
        return {head: found[head] for head in self.heads}


def graph_of(function: Function, read: Read, names: Mapping[int, str]) -> FlowGraph:
    """The graph of all that is reachable from a function's begin.

    Args:
        names: of all functions, by address.
    """
    following: dict[int, tuple[int, ...]] = {}
    calls: dict[int, int] = {}
    open_at: int | None = None
    ends = set[int]()
    waiting = [function.start]
    while waiting:
        at = waiting.pop()
        if at in following:
            continue
        step = control(read(at, _WIDEST), at)
        beyond = at + step.size
        after: tuple[int, ...] = ()
        if step.flow == "call" and names.get(step.target or 0, "").startswith(_CASES):
            after = _cases(names[step.target or 0], beyond, read)
        elif step.flow in ("on", "call", "end_or_on"):
            after = (beyond,)
        elif step.flow in ("to", "either"):
            after = (step.target or 0, *((beyond,) if step.flow == "either" else ()))
        elif step.flow in _TABLE_BYTES:
            after = _table(_TABLE_BYTES[step.flow], at + _WIDEST, read, signed=False)
        elif step.flow == "unknown":
            open_at = at
        if step.flow == "call":
            calls[at] = step.target or 0
        elif step.target is not None and not _is_in(step.target, function):
            calls[at] = step.target  # a jump into another function is a call that does not return
        # Behind the last call of a function nothing of it follows: that does not return.
        inside = tuple(one for one in after if _is_in(one, function))
        if step.flow == "end_or_on" or len(inside) < len(after) or not inside:
            ends.add(at)
        following[at] = inside
        waiting += inside
    heads, order = _cut(function.start, following)
    return FlowGraph(function.start, following, calls, heads, frozenset(ends), order, open_at)


def _is_in(address: int, function: Function) -> bool:
    return function.start <= address < function.start + function.size


def _cases(name: str, table: int, read: Read) -> tuple[int, ...]:
    """Where one of libgcc's helpers may go: an entry for each case, relative to the table."""
    kind = name.removeprefix(_CASES)
    size = _CASE_BYTES[kind[-2:]]
    factor = 1 if size == 4 else 2
    return _table(size, table, read, signed=kind[0] == "s" and size < 4, factor=factor)


def _table(size: int, table: int, read: Read, *, signed: bool, factor: int = 2) -> tuple[int, ...]:
    """The table ends where the first of the places begins that it names."""
    found: list[int] = []
    at = table
    while at < min((one for one in found if one > table), default=at + 1):
        entry = int.from_bytes(read(at, size), "little", signed=signed)
        found.append(table + factor * entry)
        at += size
    return tuple(dict.fromkeys(found))


def _cut(
    entry: int, following: Mapping[int, tuple[int, ...]]
) -> tuple[frozenset[int], tuple[int, ...]]:
    """Targets of edges back to where a depth-first search still is, and its order of leaving."""
    heads, order = {entry}, list[int]()
    entered, left = {entry}, set[int]()
    path = [(entry, iter(following[entry]))]
    while path:
        at, rest = path[-1]
        one = next(rest, None)
        if one is None:
            path.pop()
            left.add(at)
            order.append(at)
        elif one not in entered:
            entered.add(one)
            path.append((one, iter(following[one])))
        elif one not in left:
            heads.add(one)
    return frozenset(heads), tuple(order)
