"""The model of each core: its pipeline by its manual, the rest fitted to published results.

`scripts/validate_cycles.py` fits and judges them: docs/cycles.md tells how well they do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mcuq_hil.cycles.instruction import Kind
from mcuq_hil.cycles.pipeline import Pipeline


@dataclass(frozen=True)
class CoreModel:
    """One core. Everything but `pipeline` is fitted.

    Attributes:
        pipeline: its timing.
        scale: of the pipeline's cycles.
        taken: cycles more for a taken branch.
        taken_back: the same for the branch of a loop that is one block.
        change: of a wait state, for a read that leaves the flash line read last.
        fill: of a wait state, for a line that the cache does not hold.
        band: largest relative error that was seen; half the width of an estimate's interval.
    """

    pipeline: Pipeline
    scale: float = 1.0
    taken: float = 1.0
    taken_back: float = 1.0
    change: float = 0.0
    fill: float = 0.0
    band: float = 0.0


def _loads(cycles: float) -> dict[Kind, float]:
    return {"load": cycles, "load_two": cycles, "load_many": cycles}


_ALONE: Mapping[Kind, float] = {"load_two": 3, "store_two": 3}

PIPELINES: Mapping[str, Pipeline] = {
    # DDI 0484, instruction timing: loads and stores take two cycles, of many registers one and one
    # each.
    "cortex-m0plus": Pipeline(occupies={"load": 2, "store": 2}),
    # DDI 0337 and DDI 0439, load and store timings: a load takes two cycles, those that follow it
    # at once one each; a store one, its write goes on beside what follows; those of two or many
    # registers one and one each, which nothing before or after them shortens.
    "cortex-m3": Pipeline(occupies={"divide": 7, "multiply": 2, **_ALONE}, run=1),
    "cortex-m4": Pipeline(occupies={"divide": 7, **_ALONE}, run=1),
    # No manual has a table for it. In order; a load's result is there one cycle later.
    "cortex-m33": Pipeline(occupies={"divide": 7}, latency=_loads(2)),
    # Nor for it: two instructions a cycle, one of a kind of unit;
    # latencies as measured at quinapalus.com/cm7cycles.html.
    "cortex-m7": Pipeline(
        width=2,
        occupies={"divide": 6},
        latency={**_loads(2), "mac": 3, "multiply": 3, "float": 3},
        each_register=0.5,
    ),
}
CORES: Mapping[str, CoreModel] = {
    "cortex-m0plus": CoreModel(
        PIPELINES["cortex-m0plus"], taken=3.3833, change=1.2015, band=0.1021
    ),
    # No published image has this core: the numbers of the Cortex-M4, whose manual has the same
    # table but for multiplications, and twice its band.
    "cortex-m3": CoreModel(
        PIPELINES["cortex-m3"], taken=4.4143, taken_back=4.4143, change=0.4376, band=0.0992
    ),
    "cortex-m4": CoreModel(
        PIPELINES["cortex-m4"], taken=4.4143, taken_back=4.4143, change=0.4376, band=0.0496
    ),
    "cortex-m33": CoreModel(
        PIPELINES["cortex-m33"], taken=1.6912, taken_back=1.6912, change=0.4094, band=0.0413
    ),
    "cortex-m7": CoreModel(
        PIPELINES["cortex-m7"],
        scale=0.9381,
        taken=1.7847,
        taken_back=1.7847,
        fill=0.874,
        band=0.0824,
    ),
}


@dataclass(frozen=True)
class CyclesPerInstruction:
    """Where only instructions are known: an emulator that shows no blocks, a flash of which the
    timing is not described.

    Attributes:
        per_instruction: cycles.
        band: as of a `CoreModel`.
    """

    per_instruction: float
    band: float


CONSTANTS: Mapping[str, CyclesPerInstruction] = {
    "cortex-m0plus": CyclesPerInstruction(1.3416, 0.1077),
    "cortex-m3": CyclesPerInstruction(1.2875, 0.2826),
    "cortex-m4": CyclesPerInstruction(1.2875, 0.1413),
    "cortex-m33": CyclesPerInstruction(1.1818, 0.0969),
    "cortex-m7": CyclesPerInstruction(0.7678, 0.1844),
    # No published image: a vector instruction takes two cycles on this core, any other one or less
    # (two beats of four a cycle); between all of one kind and all of the other.
    "cortex-m55": CyclesPerInstruction(1.5, 0.5),
}
