"""Keyword spotting at 60 % of the int8 weight bytes is no worse than at 50 %."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from mcuq.calibrate import OBSERVERS, calibrate
from mcuq.data import Dataset
from mcuq.importers import load_model
from mcuq.pipeline.candidates import weight_candidates
from mcuq.pipeline.scoring import Candidates, Scorer, split
from mcuq.pipeline.search import make_ranker
from mcuq.pipeline.space import build_space
from mcuq.quantize import WeightChoice
from mcuq.search import Candidate, Cost, Evaluator, Genome, Limits, Space
from mcuq.search.climb import climb, tighter
from mcuq.search.problem import FULL, HOLDOUT

QUICK = tuple(WeightChoice(4, name) for name in ("mse-bias", "hessian", "gptq"))
EVALUATIONS = 140


class Remembered:
    """A score function that is asked for each score once."""

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer
        self._memo: dict[tuple[int, Genome], float] = {}

    def __call__(self, genomes: Sequence[Genome], rung: int) -> list[float]:
        fresh = [g for g in dict.fromkeys(genomes) if (rung, g) not in self._memo]
        for genome, loss in zip(fresh, self._scorer(fresh, rung) if fresh else (), strict=True):
            self._memo[rung, genome] = loss
        return [self._memo[rung, genome] for genome in genomes]


def searched(space: Space, score: Remembered, share: float) -> tuple[Evaluator, Candidate]:
    full = space.weight_bytes(space.reference)

    def cost(genome: Genome) -> Cost:
        size = space.weight_bytes(genome)
        return Cost(size, ram=0, weight_bytes=size, instructions=0)

    limits = Limits(weight_bytes=int(share * full))
    evaluator = Evaluator(space, score, cost, limits, EVALUATIONS)
    winner = climb("ga", evaluator, seed=0, before=tighter("ga", evaluator))
    assert winner is not None
    return evaluator, winner


@pytest.mark.slow
def test_kws_at_60_percent_is_no_worse_than_at_50(mlperf_tiny: Path) -> None:
    graph = load_model(mlperf_tiny / "kws_float32.tflite")
    with np.load(mlperf_tiny / "kws_search.npz") as arrays:
        data = Dataset((arrays["x"][:200],))
    ranges = calibrate(graph, data.inputs, OBSERVERS)
    choices, bank = weight_candidates(graph, ranges, data, methods=QUICK)
    candidates = Candidates(graph, ranges, bank, build_space(graph, ranges, choices, OBSERVERS))
    space = candidates.space.space
    with Scorer(candidates, make_ranker(graph, data), 1, split(len(data))) as scorer:
        score = Remembered(scorer)
        tight, before = searched(space, score, 0.5)
        wide, after = searched(space, score, 0.6)
        assert wide.best_loss <= tight.best_loss
        for rung in (FULL, HOLDOUT):
            (old,), (new,) = score([before.genome], rung), score([after.genome], rung)
            assert new <= old
    # It is a search of its own, not the tighter one's result alone.
    assert len(wide.known) > len(tight.known)
    assert any(
        c.cost.weight_bytes > (tight.limits.weight_bytes or 0) and c.fits
        for c in wide.known.values()
    )
