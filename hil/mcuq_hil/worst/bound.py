"""From the blocks that one inference executed to what any can take.

Loops end by shapes: how often a loop's head is executed is the same for every input, and so is how
often a function is called that turns its loops now more, now less often; what no input that was
tried executes of these, none does. Between two heads every way is thought of, and of all walks
that pass the heads as often as was counted the longest one is the bound, whichever was taken.
Where the executions of a head do depend on the input, the bounds of two inputs differ, and there
is none.

A function without loops, or whose loops turn equally often whenever they are entered, is counted as
a part of its callers: so it does not matter how often it is called.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property

from mcuq_hil.errors import NoBoundError
from mcuq_hil.image import Function
from mcuq_hil.worst.graph import FlowGraph, Read, graph_of
from mcuq_hil.worst.longest import Steps, longest_walk

Block = tuple[int, int]
"""Address and bytes of code that runs from its begin to its end."""


_DIVISIONS = ("__udivsi3", "__divsi3", "__aeabi_uidivmod", "__aeabi_idivmod")
LIBRARY_TURNS = dict.fromkeys(_DIVISIONS, 9)
"""Function of libgcc → how often each of its loops is begun at most in a call. A division without
an instruction for it moves a word of 32 bits by 4 a turn, back by 4 a turn, or by 1 within 4 bits
(libgcc/config/arm/lib1funcs.S of GCC 12, THUMB1_Div_Positive): 8 turns."""


class Bounds:
    """What no input exceeds, of an image.

    Args:
        read: the image's bytes.
        functions: all of its functions.
    """

    def __init__(self, read: Read, functions: Sequence[Function]) -> None:
        self._read = read
        self._functions = sorted(
            {one.start: one for one in functions if one.size}.values(), key=lambda one: one.start
        )
        self._starts = [one.start for one in self._functions]
        self._names = {one.start: one.name for one in functions}
        self._graphs: dict[int, FlowGraph] = {}
        self._turns: dict[int, int | None] = {}

    def most(self, visits: Mapping[Block, int], lengths: Mapping[Block, int]) -> int:
        """Instructions that no input exceeds.

        Args:
            visits: how often each block was executed.
            lengths: instructions of each.

        Raises:
            NoBoundError: a jump goes anywhere.
        """
        return _Inference(self, visits, lengths).most

    def function_at(self, address: int) -> Function:
        """The function that holds an address; raises NoBoundError."""
        place = bisect_left(self._starts, address + 1) - 1
        if place >= 0:
            found = self._functions[place]
            if address < found.start + found.size:
                return found
        raise NoBoundError(f"no function is known at 0x{address:08X}")

    def turns(self, head: int, executed: int, entered: int) -> int | None:
        """How often a loop turns whenever it is entered; None where that differs.

        Where an input does not enter it, what others had counts.
        """
        if entered:
            times, rest = divmod(executed, entered)
            known = self._turns.setdefault(head, None if rest else times)
            if rest or known != times:
                self._turns[head] = None
        return self._turns.get(head, 0)

    def split_at(self, address: int) -> bool:
        """Let a function begin where another one is called in the middle; whether that is new."""
        whole = self.function_at(address)
        if whole.start == address:
            return False
        rest = Function(f"{whole.name}+", address, whole.start + whole.size - address)
        place = bisect_left(self._starts, address)
        self._functions.insert(place, rest)
        self._starts.insert(place, address)
        return True

    def graph(self, start: int) -> FlowGraph:
        """Of the function that begins there; raises NoBoundError."""
        if start not in self._graphs:
            function = self.function_at(start)
            made = graph_of(function, self._read, self._names)
            if made.open_at is not None:
                raise NoBoundError(f"{function.name} jumps by a register at 0x{made.open_at:08X}")
            self._graphs[start] = made
        return self._graphs[start]


class _Inference:
    """One inference's executions."""

    def __init__(
        self, bounds: Bounds, visits: Mapping[Block, int], lengths: Mapping[Block, int]
    ) -> None:
        self._bounds, self._visits, self._lengths = bounds, visits, lengths
        self._blocks = self._grouped()
        while any(
            bounds.split_at(called)
            for start in self._blocks
            for called in bounds.graph(start).calls.values()
            if called
        ):
            self._blocks = self._grouped()
        self._per_call: dict[int, int | None] = {}
        self._steps: dict[int, Steps] = {}

    def _grouped(self) -> dict[int, list[Block]]:
        """Blocks by the function that they are in."""
        found: defaultdict[int, list[Block]] = defaultdict(list)
        for block in self._visits:
            found[self._bounds.function_at(block[0]).start].append(block)
        return dict(found)

    @property
    def most(self) -> int:
        return sum(self._of(start) for start in self._blocks)

    def _of(self, start: int) -> int:
        """What a function adds, calls of functions without loops included."""
        graph = self._bounds.graph(start)
        if not self._counts[start]:  # it was running before: what of it was executed, it only ends
            own = sum(self._visits[one] * self._lengths[one] for one in self._blocks[start])
            return own + sum(
                self._counts[at] * self._cost_of_call(called)
                for at, called in graph.calls.items()
                if self._counts[at]
            )
        if self._of_call(start) is not None:
            return 0
        return longest_walk(
            self._steps_of(start), {head: self._counts[head] for head in graph.heads}
        )

    def _steps_of(self, start: int) -> Steps:
        if start not in self._steps:
            self._steps[start] = self._bounds.graph(start).steps(self._cost_of_call)
        return self._steps[start]

    def _cost_of_call(self, called: int) -> int:
        """Of a function that is counted with its caller; any other is counted by itself."""
        return self._of_call(called) or 0

    def _of_call(self, start: int) -> int | None:
        """Most instructions of one call; None where calls of a function differ by their shapes."""
        if start and start not in self._per_call:
            self._per_call[start] = None  # until it is known: recursion has no bound
            graph = self._bounds.graph(start)
            is_named = self._counts[start] == self._calls[start]
            if is_named and all(self._of_call(one) is not None for one in graph.calls.values()):
                self._per_call[start] = self._turned(start)
        return self._per_call.get(start)

    def _turned(self, start: int) -> int | None:
        """Of one call, its loops turned as in every other one, or as often as the library can."""
        graph, passed = self._bounds.graph(start), {start: 1}
        unsure = set[int]()
        name = self._bounds.function_at(start).name.rstrip("+")
        for head in graph.heads - {start}:
            times = LIBRARY_TURNS.get(name)
            if times is not None:
                unsure.add(head)
            elif head in graph.doors:
                entered = sum(self._counts[at] for at in graph.doors[head])
                times = self._bounds.turns(head, self._counts[head], entered)
                unsure.add(head)
            elif graph.is_on_every_way(head):
                times = self._bounds.turns(head, self._counts[head], self._counts[start])
            if times is None:
                return None
            passed[head] = times
        return longest_walk(self._steps_of(start), passed, unsure)

    @cached_property
    def _counts(self) -> Counter[int]:
        """Executions of heads and calls."""
        found = Counter[int]()
        for start, blocks in self._blocks.items():
            graph = self._bounds.graph(start)
            doors = (at for several in graph.doors.values() for at in several)
            places = sorted({*graph.heads, *graph.calls, *doors})
            for address, size in blocks:
                begin = bisect_left(places, address)
                for place in places[begin : bisect_left(places, address + size)]:
                    found[place] += self._visits[address, size]
        return found

    @cached_property
    def _calls(self) -> Counter[int]:
        """Of each function, by name."""
        found = Counter[int]()
        for start in self._blocks:
            for at, called in self._bounds.graph(start).calls.items():
                found[called] += self._counts[at]
        return found
