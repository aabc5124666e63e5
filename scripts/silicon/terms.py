"""What of an execution the models of the cores count, and the fit of their numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq_hil.cycles.cores import PIPELINES, CoreModel
from mcuq_hil.cycles.decode import decode
from mcuq_hil.cycles.flash import FlashReads
from mcuq_hil.cycles.pipeline import block_cycles
from silicon.chips import Chip
from silicon.measure import Execution

FITTED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "cortex-m0plus": (("taken",), ("change",)),
    "cortex-m4": (("taken", "taken_back"), ("change",)),
    "cortex-m33": (("taken", "taken_back"), ("change",)),
    "cortex-m7": (("scale",), ("taken", "taken_back"), ("fill",)),
}
"""Core → numbers of its model that are fitted, those in a group as one."""
CONSTANT = (("instructions",), ("fill_bytes",))
"""What a model without a pipeline would count."""


@dataclass(frozen=True)
class Terms:
    """One inference of an image: factors of a model's numbers, by their names.

    Attributes:
        scale: cycles of the pipeline.
        taken, taken_back: taken branches, and those of loops of one block.
        change, fill, rest: flash reads as `flash_cycles` counts them, times the wait states.
        instructions: executed.
        fill_bytes: of flash, read in lines that no cache held.
    """

    scale: float
    taken: float
    taken_back: float
    change: float
    fill: float
    rest: float
    instructions: float
    fill_bytes: float


def terms(chip: Chip, run: Execution) -> Terms:
    """Of one image on its chip."""
    pipeline = PIPELINES[chip.core]
    cycles = instructions = far = back = 0.0
    for block, times in run.visits.items():
        code = decode(run.code[block], block[0])
        once = block_cycles(pipeline, code)
        taken = run.taken.get(block, 0.0)
        instructions += times * len(code)
        cycles += times * once
        if code[-1].target == block[0]:
            cycles += taken * (block_cycles(pipeline, code + code) - 2 * once)
            back += taken
        else:
            far += taken
    timing = chip.flash_timing
    reads = FlashReads(timing)
    for address in run.reads:
        reads.read(address)
    waits = timing.wait_states
    rest = timing.line_bytes / timing.read_bytes - 1
    return Terms(
        cycles,
        far,
        back,
        waits * reads.changes,
        waits * reads.fills,
        waits * rest * reads.streamed,
        instructions,
        reads.fills * timing.line_bytes,
    )


def predicted(model: CoreModel, counted: Terms) -> float:
    """Cycles by a model."""
    names = ("scale", "taken", "taken_back", "change", "fill")
    products = (float(getattr(model, name)) * float(getattr(counted, name)) for name in names)
    return counted.rest + sum(products)


def fit(core: str, counted: Sequence[Terms], cycles: Sequence[float]) -> CoreModel:
    """The model with the least squares of relative errors, no number negative."""
    groups = FITTED[core]
    free = {name for group in groups for name in group}
    nothing: dict[str, Any] = dict.fromkeys(free, 0.0)
    bare = replace(CoreModel(PIPELINES[core]), **nothing)
    fixed = np.array([predicted(bare, each) for each in counted])
    solved = _solve(groups, counted, np.array(cycles), fixed)
    values: dict[str, Any] = {
        name: value for group, value in zip(groups, solved, strict=True) for name in group
    }
    return replace(bare, **values)


def fit_constant(counted: Sequence[Terms], cycles: Sequence[float]) -> tuple[float, float]:
    """Cycles an instruction, and cycles a streamed byte."""
    solved = _solve(CONSTANT, counted, np.array(cycles), np.zeros(len(counted)))
    return float(solved[0]), float(solved[1])


def _solve(
    groups: Sequence[Sequence[str]],
    counted: Sequence[Terms],
    cycles: npt.NDArray[np.float64],
    fixed: npt.NDArray[np.float64],
) -> list[float]:
    from scipy.optimize import nnls

    columns = [[sum(getattr(each, name) for name in group) for group in groups] for each in counted]
    weights = np.array(columns) / cycles[:, None]
    return [float(value) for value in nnls(weights, 1 - fixed / cycles)[0]]
