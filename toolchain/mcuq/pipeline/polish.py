"""The iterative finish: once the bits have settled, the chosen filters are solved anew, together.

A candidate was fitted to a model with one recipe throughout. In the mix that the search chose,
every layer sees other inputs: `mcuq.quantize.refine` fits the filters to those, then trains their
rounding against the float model's outputs. Samples that the search kept back decide whether the
result is taken.
"""

from __future__ import annotations

from mcuq.data import Dataset
from mcuq.pipeline.candidates import SAMPLES
from mcuq.pipeline.scoring import Candidates, split
from mcuq.progress import Progress, ProgressCallback
from mcuq.quantize.refine import Refinement, refine
from mcuq.search import Genome


def polish(
    candidates: Candidates,
    genome: Genome,
    calibration: Dataset,
    search: Dataset,
    progress: ProgressCallback,
) -> Refinement:
    """Refine the chosen genome; never worse on the samples kept back from the search.

    Args:
        calibration: what the filters are fitted to.
        search: the search samples; the last fifth was kept back.
    """
    progress(Progress("refine", note="the chosen filters, together"))
    first, last = split(len(search)).pick
    return refine(
        candidates.graph,
        candidates.ranges,
        candidates.space.config(genome),
        calibration.take(SAMPLES).inputs,
        [x[first:last] for x in search.inputs],
        bank=candidates.bank,
        progress=progress,
    )
