"""Costs of any mix of bit widths from one program per width, without lowering each mix.

A filter's width changes its operator's constants and its kernel, nothing else: a mix takes, for
each filter, the calls of the program in which it has that width. The final program is costed as
it is; this table serves the search.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mcuq.cost.code import CodeModel
from mcuq.cost.constants import constant_bytes, weight_bytes
from mcuq.cost.figures import Cost
from mcuq.cost.memory import MemoryPlan, plan_program
from mcuq.lower.program import Call, Program
from mcuq.ops.filters import filter_bytes

LayerCounts = Mapping[tuple[int, int], int]
"""(index of the call, weight bits or 0) → instructions or cycles."""


@dataclass(frozen=True)
class CostTable:
    """Attributes:
    programs: one for each width, all filters at that width.
    code: code sizes of the board's compiler.
    counts: profiled counts.
    cycles: the same in cycles; empty where nothing can run.
    """

    programs: Mapping[int, Program]
    code: CodeModel
    counts: LayerCounts
    cycles: LayerCounts = field(default_factory=dict)
    _plans: dict[tuple[object, ...], MemoryPlan] = field(default_factory=dict)

    def cost(self, widths: Mapping[str, int]) -> Cost:
        """Cost of a mix: filter name → bits."""
        program = self._mixed(widths)
        memory = self._plan(program)
        return Cost(
            flash=flash_bytes(memory, self.code),
            ram=self.code.fixed_ram + memory.ram_bytes,
            weight_bytes=self._weight_bytes(widths),
            instructions=instructions(program, self.counts),
            cycles=cycles(program, self.cycles),
        )

    def fastest(self) -> dict[str, int]:
        """Filter name → the width with which its calls take the fewest cycles."""
        totals: dict[str, dict[int, int]] = {}
        for bits, program in self.programs.items():
            for index, call in enumerate(program.calls):
                if call.weight_bits and (index, call.weight_bits) in self.cycles:
                    of_filter = totals.setdefault(_filter_name(call), {})
                    of_filter[bits] = of_filter.get(bits, 0) + self.cycles[index, call.weight_bits]
        return {name: min(found, key=lambda bits: found[bits]) for name, found in totals.items()}

    def _mixed(self, widths: Mapping[str, int]) -> Program:
        any_program = next(iter(self.programs.values()))
        columns = [self.programs[bits].calls for bits in self.programs]
        order = list(self.programs)
        calls = []
        for alternatives in zip(*columns, strict=True):
            bits = widths.get(_filter_name(alternatives[0]))
            calls.append(alternatives[order.index(bits) if bits is not None else 0])
        return replace(any_program, calls=tuple(calls))

    def _weight_bytes(self, widths: Mapping[str, int]) -> int:
        qgraph = next(iter(self.programs.values())).qgraph
        kinds = {op.inputs[1]: op.kind for op in qgraph.ops if op.kind.weighted}
        return sum(
            filter_bytes(kinds[name], qgraph.tensors[name].shape, bits)
            for name, bits in widths.items()
        )

    def _plan(self, program: Program) -> MemoryPlan:
        """Scratch and overlaps are all that can differ between mixes."""
        key = tuple((call.scratch_bytes, call.overlaps) for call in program.calls)
        if key not in self._plans:
            self._plans[key] = plan_program(program)
        return replace(self._plans[key], program=program)


def program_cost(memory: MemoryPlan, table: CostTable) -> Cost:
    """Cost of a finished program: the prediction that the linked image is compared with."""
    program = memory.program
    return Cost(
        flash_bytes(memory, table.code),
        table.code.fixed_ram + memory.ram_bytes,
        weight_bytes(program.qgraph),
        instructions(program, table.counts),
        cycles(program, table.cycles),
    )


def flash_bytes(memory: MemoryPlan, code: CodeModel) -> int:
    """Everything in flash: fixed code, kernels used, constants."""
    kernels = code.kernel_bytes(memory.program.functions)
    return code.fixed_flash + kernels + constant_bytes(memory).total


def instructions(program: Program, counts: LayerCounts) -> int:
    """Sum of the profiled counts; a call that was never profiled counts its MACs."""
    return sum(
        counts.get((index, call.weight_bits), call.macs) for index, call in enumerate(program.calls)
    )


def cycles(program: Program, counts: LayerCounts) -> int | None:
    """Sum of the cycles of all calls; None where one of them was never run."""
    found = [counts.get((index, call.weight_bits)) for index, call in enumerate(program.calls)]
    known = [count for count in found if count is not None]
    return sum(known) if found and len(known) == len(found) else None


def _filter_name(call: Call) -> str:
    return call.op.inputs[1] if len(call.op.inputs) > 1 else ""
