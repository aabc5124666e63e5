"""From a program to planner buffers: lifetimes of activations and scratch, granted overlaps."""

from __future__ import annotations

from dataclasses import dataclass

from mcuq.cost.planner import Buffer, Overlap, Plan, plan_memory
from mcuq.lower.program import Program

SCRATCH = "scratch:"
"""Prefix of a scratch buffer's name; the call's index follows."""


@dataclass(frozen=True)
class MemoryPlan:
    """The arena of a program.

    Attributes:
        plan: offsets by buffer name; scratch buffers are named `scratch:<call index>`.
        buffers: sizes and lifetimes, in steps; inputs are live from step -1, outputs to the last.
        storage: activation → buffer (RESHAPE shares its input's).
    """

    plan: Plan
    buffers: tuple[Buffer, ...]
    program: Program

    @property
    def arena_bytes(self) -> int:
        return self.plan.arena_bytes

    def offset(self, activation: str) -> int:
        """Byte offset of an activation in the arena."""
        return self.plan.offsets[self.program.storage[activation]]

    def scratch_offset(self, call: int) -> int:
        """Byte offset of a call's scratch in the arena."""
        return self.plan.offsets[f"{SCRATCH}{call}"]

    def descends(self, call: int) -> bool:
        """Whether the call must run downwards: it overlaps an input as only that allows."""
        op = self.program.calls[call].op
        tensors = self.program.qgraph.tensors
        start = self.offset(op.output)
        end = start + tensors[op.output].nbytes
        for promise in self.program.calls[call].overlaps:
            first = self.offset(promise.input)
            apart = end <= first or first + tensors[promise.input].nbytes <= start
            if not apart and end - first > promise.ascending:
                return True
        return False


def plan_program(program: Program) -> MemoryPlan:
    """Lay out activations and scratch in one arena."""
    buffers = _buffers(program)
    return MemoryPlan(plan_memory(buffers, _overlaps(program, buffers)), buffers, program)


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
            if source is None or source == output:
                continue
            if by_name[source].last == step and by_name[output].first == step:
                shared = max(promise.ascending, 0), max(promise.descending, 0)
                overlaps.append(Overlap(source, output, *shared))
    return overlaps
