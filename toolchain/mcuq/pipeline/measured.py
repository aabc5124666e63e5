"""Candidates of a search on boards: what they really take, beside what the profile predicted.

The prediction adds up one profiled count a layer and bit width (`CostTable.counts`), so that a
search needs no flashing; here its Pareto front is built, run on a farm, and the model's error
stated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mcuq.compiler import build_firmware
from mcuq.cost import plan_program
from mcuq.errors import DeviceError
from mcuq.pipeline.emulating import emulating
from mcuq.pipeline.lowering import lower_for, write_model
from mcuq.pipeline.profile import ProfileTarget, most_instructions
from mcuq.progress import Progress, ProgressCallback, silent
from mcuq.quantized import QuantizedGraph
from mcuq.search import Candidate, Genome
from mcuq.temporary import temporary_folder
from mcuq_hil import Counts
from mcuq_hil.farm import CountCache, Measurement, Place, counting_unit, measure
from mcuq_hil.session import Unit


@dataclass(frozen=True)
class MeasuredCandidate:
    """A configuration to measure. `predicted` is in the unit of the places."""

    name: str
    qgraph: QuantizedGraph
    predicted: int


@dataclass(frozen=True)
class Measured:
    """Attributes:
    name: of the candidate.
    predicted: by the latency model.
    measured: on a board.
    unit: of both.
    """

    name: str
    predicted: int
    measured: int
    unit: Unit

    @property
    def error(self) -> float:
        """Of the prediction, as a share of what was measured; negative: predicted too low."""
        return (self.predicted - self.measured) / self.measured


@dataclass(frozen=True)
class LatencyError:
    """How good the latency model is on this board, over `count` candidates."""

    count: int
    mean: float
    worst: float


def measure_candidates(
    target: ProfileTarget,
    candidates: Sequence[MeasuredCandidate],
    sample: Sequence[npt.NDArray[np.generic]],
    places: Sequence[Place],
    *,
    cache: CountCache | None = None,
    progress: ProgressCallback = silent,
) -> tuple[Measured, ...]:
    """Build every candidate and count one inference of it on any free place of the board.

    Args:
        sample: one sample, an array an input, in the type that the image takes.
        places: a farm; those of another board are left alone.
        cache: of counts by image; by default the user's.

    Raises:
        DeviceError: an image could not be measured on any place; says which and why.
        HilError: the places count in different units. BudgetError, CompilerError: building.
    """
    with temporary_folder() as scratch:
        wanted = []
        for number, candidate in enumerate(candidates):
            progress(Progress("measure", number, len(candidates), candidate.name))
            elf, most = build_candidate(target, candidate.qgraph, scratch / str(number))
            inputs = tuple(x.tobytes() for x in sample)
            wanted.append(Measurement(candidate.name, elf, inputs, most))
        with emulating() as elsewhere:
            found = measure(places, target.board.name, wanted, cache, elsewhere)
    return tuple(
        _measured(candidate, counts) for candidate, counts in zip(candidates, found, strict=True)
    )


def measure_front(
    target: ProfileTarget,
    front: Sequence[Candidate],
    quantized: Callable[[Genome], QuantizedGraph],
    sample: Sequence[npt.NDArray[np.generic]],
    places: Sequence[Place],
    progress: ProgressCallback = silent,
) -> tuple[Measured | None, ...]:
    """Count the fitting members of a search's front on a farm; None for those that do not fit.

    Args:
        quantized: genome → the model as it is emitted.
        sample, places: as `measure_candidates`.
    """
    chosen = [index for index, candidate in enumerate(front) if candidate.fits]
    is_hardware = counting_unit(places, target.board.name) == "cycles"
    wanted = [
        MeasuredCandidate(
            f"front-{i}",
            quantized(front[i].genome),
            front[i].cost.work if is_hardware else front[i].cost.instructions,
        )
        for i in chosen
    ]
    found = measure_candidates(target, wanted, sample, places, progress=progress)
    results: list[Measured | None] = [None] * len(front)
    for index, measured in zip(chosen, found, strict=True):
        results[index] = measured
    return tuple(results)


def latency_error(measured: Sequence[Measured]) -> LatencyError:
    """Mean and worst absolute error of the predictions; zeros for no candidates."""
    errors = [abs(one.error) for one in measured]
    mean = sum(errors) / len(errors) if errors else 0.0
    return LatencyError(len(errors), mean, max(errors, default=0.0))


def build_candidate(
    target: ProfileTarget, qgraph: QuantizedGraph, folder: Path
) -> tuple[Path, int]:
    """The ELF of a model, built below `folder`, and the most instructions that a run takes."""
    memory = plan_program(lower_for(target, qgraph))
    write_model(target, memory, folder / "model")
    image = build_firmware(
        target.board,
        folder / "model",
        folder / "out",
        optimize=target.optimize,
        safety=target.safety,
    )
    return image.elf, most_instructions(memory.program.macs)


def _measured(candidate: MeasuredCandidate, counts: Counts | Exception) -> Measured:
    if isinstance(counts, Exception):
        raise DeviceError(
            f"{candidate.name} could not be measured: {counts}", "try the farm with: mcuq hil check"
        ) from counts
    return Measured(candidate.name, candidate.predicted, counts.total, counts.unit)
