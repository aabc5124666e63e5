"""The speed bench scores the same candidates in both ways; no test looks at the clock."""

from __future__ import annotations

import pytest

from mcuq.pipeline.scoring import Candidates, Rungs, Scorer, split
from mcuq.score.ranking import Ranker
from mcuq.search.problem import FULL, LOW
from study import speed
from study.preparation import Study
from study.speed import SPEED, _warm, compare_speed, plain_loss, recorded_requests

pytestmark = pytest.mark.slow


def test_the_plain_loop_computes_the_same_loss(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    # LiteRT's kernels for packed int4 round otherwise, and differently from processor to processor.
    monkeypatch.setattr(speed, "tflite_bytes", study.ranker.serialize)
    space = study.candidates.space.space
    rungs = split(len(study.ranker.inputs[0]))
    genomes = [space.reference, space.smallest()]
    with Scorer(study.candidates, study.ranker, 1, rungs) as scorer:
        ours = scorer(genomes, FULL)
    plain = [plain_loss(study, genome, rungs.full[1]) for genome in genomes]
    assert ours == pytest.approx(plain, rel=1e-3)
    assert ours[1] > 10 * ours[0]


def test_requests_are_those_of_a_search(study: Study) -> None:
    singles = sum(len(gene.choices) - 1 for gene in study.candidates.space.space.genes) + 2
    requests = recorded_requests(study, singles + 30, workers=1)
    screened = [g for r in requests if r.rung == LOW for g in r.genomes]
    confirmed = {g for r in requests if r.rung != LOW for g in r.genomes}
    assert 0 < len(confirmed) < len(screened)
    assert len(set(screened)) == len(screened)
    assert len({g for r in requests for g in r.genomes}) == singles + 30


def test_every_round_starts_with_nothing_remembered(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = study.candidates.space.space
    rungs = split(len(study.ranker.inputs[0]))
    rankers = []

    def recorded(candidates: Candidates, ranker: Ranker, workers: int, rungs: Rungs) -> Scorer:
        rankers.append(ranker)
        return Scorer(candidates, ranker, workers, rungs)

    monkeypatch.setattr(speed, "Scorer", recorded)
    with _warm(study, 1, rungs) as scorer:
        scorer([space.reference, space.smallest()] * 2, FULL)
    with _warm(study, 1, rungs):
        pass
    used, fresh = rankers
    assert used.stored
    assert not fresh.stored
    assert not fresh.cache._seen


def test_the_result_holds_its_ratio(study: Study) -> None:
    result = compare_speed(study, evaluations=20, rounds=1, workers=1)
    assert SPEED.plain(result)["ratio"] == result.ours / result.plain
    assert result.cpu_ratio == result.ours_cpu / result.plain_cpu
    assert min(result.ours, result.plain, result.same_samples) > 0
    assert result.samples == 240
