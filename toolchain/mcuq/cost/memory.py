"""From a program to planner buffers: lifetimes of activations and scratch, granted overlaps.

States lie outside of the arena, one behind the other: nothing else may have their bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from mcuq.brief import Brief
from mcuq.cost.planner import Buffer, Overlap, Plan, plan_memory
from mcuq.lower.program import Program

SCRATCH = "scratch:"
"""Prefix of a scratch buffer's name; the call's index follows."""


Region = Literal["arena", "state"]
_STATE_ALIGN = 16
"""Bytes, of each state: as of the arena."""


@dataclass(frozen=True, repr=False)
class MemoryPlan(Brief):
    """The arena of a program, and its states.

    Attributes:
        plan: offsets by buffer name; scratch buffers are named `scratch:<call index>`.
        buffers: sizes and lifetimes, in steps; inputs are live from step -1, outputs to the last.
        states: what a state reads → byte offset of the state among the states.
    """

    plan: Plan
    buffers: tuple[Buffer, ...]
    program: Program
    states: Mapping[str, int] = field(default_factory=dict)

    @property
    def arena_bytes(self) -> int:
        return self.plan.arena_bytes

    @property
    def state_bytes(self) -> int:
        """Of all states, the gaps between them included."""
        sizes = self.program.qgraph.tensors
        return max((start + sizes[name].nbytes for name, start in self.states.items()), default=0)

    @property
    def ram_bytes(self) -> int:
        return self.arena_bytes + self.state_bytes

    def place(self, activation: str) -> tuple[Region, int]:
        """Where an activation lies, and its byte offset there."""
        buffer = self.program.storage[activation]
        if buffer in self.states:
            return "state", self.states[buffer]
        return "arena", self.offset(activation)

    def offset(self, activation: str) -> int:
        """Byte offset in the arena of an activation that lies there."""
        return self.plan.offsets[self.program.storage[activation]]

    def scratch_offset(self, call: int) -> int:
        """Byte offset of a call's scratch in the arena."""
        return self.plan.offsets[f"{SCRATCH}{call}"]

    def descends(self, call: int) -> bool:
        """Whether the call must run downwards: it overlaps an input as only that allows."""
        op = self.program.calls[call].op
        tensors = self.program.qgraph.tensors
        region, start = self.place(op.output)
        end = start + tensors[op.output].nbytes
        for promise in self.program.calls[call].overlaps:
            other, first = self.place(promise.input)
            apart = (
                region != other or end <= first or first + tensors[promise.input].nbytes <= start
            )
            if not apart and end - first > promise.ascending:
                return True
        return False


def plan_program(program: Program) -> MemoryPlan:
    """Lay out activations and scratch in one arena, states beside it."""
    buffers = _buffers(program)
    plan = plan_memory(buffers, _overlaps(program, buffers))
    return MemoryPlan(plan, buffers, program, _states(program))


def _states(program: Program) -> dict[str, int]:
    offsets, end = dict[str, int](), 0
    for state in program.qgraph.states:
        offsets[state.read] = -(-end // _STATE_ALIGN) * _STATE_ALIGN
        end = offsets[state.read] + program.qgraph.tensors[state.read].nbytes
    return offsets


def _buffers(program: Program) -> tuple[Buffer, ...]:
    """One buffer a stored activation, one for each call's scratch."""
    storage, last_step = program.storage, len(program.calls)
    first = {storage[name]: -1 for name in program.qgraph.inputs}
    last: dict[str, int] = dict(first)
    for step, call in enumerate(program.calls):
        for name in call.reads():
            last[storage[name]] = step
        for name in call.op.outputs:
            first.setdefault(storage[name], step)
            last[storage[name]] = step
    for name in program.qgraph.outputs:
        last[storage[name]] = last_step
    for state in program.qgraph.states:
        first.pop(state.read, None)
    sizes = {name: program.qgraph.tensors[name].nbytes for name in first}
    activations = [Buffer(name, sizes[name], first[name], last[name]) for name in first]
    scratch = [
        Buffer(f"{SCRATCH}{step}", call.scratch_bytes, step, step)
        for step, call in enumerate(program.calls)
        if call.scratch_bytes
    ]
    return (*activations, *scratch)


def _overlaps(program: Program, buffers: tuple[Buffer, ...]) -> list[Overlap]:
    """What calls promise, where the input dies at the call and the output is born there."""
    by_name = {b.name: b for b in buffers}
    overlaps = []
    for step, call in enumerate(program.calls):
        output = program.storage[call.op.output]
        for promise in call.overlaps:
            source = program.storage.get(promise.input)
            if source is None or source == output or not {source, output} <= by_name.keys():
                continue
            if by_name[source].last == step and by_name[output].first == step:
                shared = max(promise.ascending, 0), max(promise.descending, 0)
                overlaps.append(Overlap(source, output, *shared))
    return overlaps
