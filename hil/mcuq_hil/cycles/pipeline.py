"""Cycles of a block of code in an in-order pipeline, memories aside.

Instructions issue in order, one or two at a time, as soon as their operands are there. What each
kind occupies and how late its result is, are numbers of the core (`mcuq_hil.cycles.cores`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mcuq_hil.cycles.instruction import MEMORY, MULTIPLIES, Instruction, Kind

_ALONE: frozenset[Kind] = frozenset(
    {"load_many", "store_many", "store_two", "divide", "call", "float"}
)


@dataclass(frozen=True)
class Pipeline:
    """The timing of one core; cycles.

    Attributes:
        width: instructions that issue together at most.
        occupies: of each kind, cycles until the next one may issue; 1 where it is not named.
        latency: of each kind, cycles until a result can be used; as `occupies` where not named.
        address_latency: more, where it is used in an address.
        sum_latency: of a multiplication's result that the next one only adds to.
        each_register: for every register that a load or store of many moves.
        run: once for every run of loads of one register that follow each other.
        taken: more for a branch that is taken.
    """

    width: int = 1
    occupies: Mapping[Kind, float] = field(default_factory=dict)
    latency: Mapping[Kind, float] = field(default_factory=dict)
    address_latency: float = 0.0
    sum_latency: float = 1.0
    each_register: float = 1.0
    run: float = 0.0
    taken: float = 1.0


def block_cycles(pipeline: Pipeline, block: Sequence[Instruction]) -> float:
    """Cycles from the first instruction's issue to the next block's, no branch taken."""
    now = 0.0
    ready: dict[str, float] = {}
    for_sum: dict[str, float] = {}
    beside: Instruction | None = None
    width = pipeline.width
    in_run = False
    for each in block:
        need = _operands(pipeline, each, ready, for_sum)
        joins = width > 1 and beside is not None and need <= now and _pairs(beside, each)
        if not joins:
            if beside is not None:
                now += pipeline.occupies.get(beside.kind, 1.0)
            now = max(now, need)
        is_load = each.kind == "load"
        if in_run and not is_load:
            now += pipeline.run
        in_run = is_load
        # Two at most: what joined is joined by nothing more.
        beside = None if joins else each
        if joins:
            now += 1.0
        held = pipeline.occupies.get(each.kind, 1.0)
        late = pipeline.latency.get(each.kind, held)
        issued = now - 1.0 if joins else now
        for register in each.writes:
            if register in each.moved:
                ready[register] = for_sum[register] = issued + 1.0
                continue
            ready[register] = issued + late
            is_sum = each.kind in MULTIPLIES
            for_sum[register] = issued + (pipeline.sum_latency if is_sum else late)
        if each.registers:
            now += pipeline.each_register * each.registers
    if beside is not None:
        now += pipeline.occupies.get(beside.kind, 1.0)
    return now + (pipeline.run if in_run else 0.0)


def _operands(
    pipeline: Pipeline,
    each: Instruction,
    ready: Mapping[str, float],
    for_sum: Mapping[str, float],
) -> float:
    need = 0.0
    for register in each.reads:
        if register in each.added:
            at = for_sum.get(register, 0.0)
        else:
            at = ready.get(register, 0.0)
            if at and register in each.address:
                at += pipeline.address_latency
        need = max(need, at)
    return need


def _pairs(first: Instruction, second: Instruction) -> bool:
    """Whether a dual-issue core can start both in one cycle, operands aside."""
    if first.kind in _ALONE or second.kind in _ALONE:
        return False
    if first.shifted and second.shifted:
        return False
    return not any(
        first.kind in unit and second.kind in unit for unit in (MULTIPLIES, MEMORY, {"pack"})
    )
