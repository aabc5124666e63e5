"""What is taken of all that was scored: who is best on ever more samples."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from mcuq.search.problem import FULL, HOLDOUT, Candidate, Evaluator
from mcuq.search.space import Genome


def pick(evaluator: Evaluator, held: Candidate | None = None) -> Candidate | None:
    """The best of what fits: `FidelitySettings.chosen` scored on all search samples but those kept
    back, `FidelitySettings.picked_from` of them on those. None where nothing fits.

    Args:
        held: what was picked under tighter limits; it stays unless another is no worse on both.
    """
    settings = evaluator.settings
    finalists = [c.genome for c in evaluator.best(settings.chosen)]
    rivals = [] if held is None else [held.genome]
    losses = _losses(evaluator, [*finalists, *rivals], FULL)
    bar = min((losses[genome] for genome in rivals), default=math.inf)
    ahead = [genome for genome in _ordered(finalists, losses) if losses[genome] <= bar]
    last = [*ahead[: settings.picked_from], *rivals]
    best = _ordered(last, _losses(evaluator, last, HOLDOUT))
    return evaluator.known[best[0]] if best else None


def _losses(evaluator: Evaluator, genomes: Sequence[Genome], rung: int) -> dict[Genome, float]:
    distinct = list(dict.fromkeys(genomes))
    found = evaluator.score(distinct, rung) if distinct else ()
    return dict(zip(distinct, found, strict=True))


def _ordered(genomes: Sequence[Genome], losses: Mapping[Genome, float]) -> list[Genome]:
    return sorted(genomes, key=lambda genome: (losses[genome], genome))
