"""Scores: equal on any number of workers, with and without what was computed before."""

from __future__ import annotations

import dataclasses
import random

import numpy as np
import pytest

from mcuq.calibrate import OBSERVERS, calibrate
from mcuq.data import load_data
from mcuq.importers import load_model
from mcuq.pipeline.scoring import Candidates, Scorer, split
from mcuq.pipeline.search import make_ranker
from mcuq.pipeline.space import build_space
from mcuq.quantize import WeightChoice
from mcuq.resources import example_dir
from mcuq.score.prefix import PrefixCache, after, cut_points
from mcuq.search import Genome
from mcuq.search.problem import FULL, HOLDOUT, LOW, MEDIUM, SOLVED, SOLVED_ON_ALL
from mcuq.search.space import replaced

FOLDER = example_dir("digits")
RUNGS = split(200)


@pytest.fixture(scope="module")
def candidates() -> Candidates:
    graph = load_model(FOLDER / "digits_float32.tflite")
    data = load_data(FOLDER / "calibration.npz", graph)
    ranges = calibrate(graph, data.inputs, OBSERVERS)
    choices = dict.fromkeys(graph.weights, (WeightChoice(8), WeightChoice(4)))
    return Candidates(graph, ranges, None, build_space(graph, ranges, choices, OBSERVERS))


@pytest.fixture(scope="module")
def ranker(candidates: Candidates):  # type: ignore[no-untyped-def]
    data = load_data(FOLDER / "search.npz", candidates.graph).take(200)
    return make_ranker(candidates.graph, data)


@pytest.fixture(scope="module")
def genomes(candidates: Candidates) -> list[Genome]:
    space, rng = candidates.space.space, random.Random(1)
    base = space.random(rng)
    near = [replaced(base, g, 0) for g in range(len(base))]
    return list(dict.fromkeys([space.reference, space.smallest(), base, *near]))


def test_shared_beginnings_do_not_change_a_loss(candidates, ranker, genomes) -> None:  # type: ignore[no-untyped-def]
    plain = dataclasses.replace(ranker, cache=PrefixCache(limit=0))
    cached = dataclasses.replace(ranker, cache=PrefixCache())
    for span in ((0, 100), (100, 200)):
        for genome in genomes * 2:
            qgraph = candidates.quantize(genome)
            assert np.array_equal(cached.losses(qgraph, span), plain.losses(qgraph, span))
    assert cached.cache._kept
    assert not plain.cache._kept


def test_a_full_cache_drops_the_longest_unused() -> None:
    from mcuq.score.prefix import CutPoint

    cache = PrefixCache(limit=100)
    points = [CutPoint("t", i, bytes([i]), 50) for i in range(3)]
    for point in points[:2]:
        cache.keep(point, 0, np.zeros(50, np.int8))
    assert cache.deepest(points[:1], 0) is not None
    cache.keep(points[2], 0, np.zeros(50, np.int8))
    assert [cache.deepest([p], 0) is not None for p in points] == [True, False, True]


def test_the_deepest_joints_that_fit_together_are_wanted() -> None:
    from mcuq.score.prefix import CutPoint

    found = [CutPoint("t", i, bytes([i]), nbytes) for i, nbytes in enumerate((10, 1, 5, 2, 3))]
    for limit, first in ((0, 5), (2, 5), (3, 4), (5, 3), (9, 3), (11, 1), (20, 1), (21, 0)):
        cache = PrefixCache(limit)
        assert not cache.wanted(found, 0, 1), "none of them was seen before"
        assert cache.wanted(found, 0, 1) == found[first:]
        assert not cache.wanted(found[:1], 0, limit + 1), "so many samples do not fit"


def test_joints_change_from_the_first_difference_on(candidates: Candidates) -> None:
    space = candidates.space.space
    weights = len(candidates.space.names)
    before = cut_points(candidates.quantize(space.reference))
    for gene in range(weights):
        changed = cut_points(candidates.quantize(replaced(space.reference, gene, 1)))
        equal = [a == b for a, b in zip(before, changed, strict=True)]
        assert equal == sorted(equal, reverse=True)
        assert not equal[-1]
        assert any(equal) == (gene > 0)


def test_the_rest_of_a_graph_starts_at_the_joint(candidates: Candidates) -> None:
    qgraph = candidates.quantize(candidates.space.space.reference)
    cut_point = cut_points(qgraph)[1]
    rest = after(qgraph, cut_point)
    assert rest.inputs == (cut_point.tensor,)
    assert rest.ops == qgraph.ops[cut_point.position :]


@pytest.mark.slow
def test_any_number_of_workers_gives_the_same_scores(candidates, ranker, genomes) -> None:  # type: ignore[no-untyped-def]
    def scores(workers: int) -> list[list[float]]:
        with Scorer(candidates, ranker, workers, RUNGS) as scorer:
            return [scorer(genomes, rung) for rung in (LOW, MEDIUM, FULL, HOLDOUT)]

    assert scores(1) == scores(3)


def test_a_confirmation_does_not_depend_on_the_race_before(candidates, ranker, genomes) -> None:  # type: ignore[no-untyped-def]
    with Scorer(candidates, ranker, 1, RUNGS) as screened:
        screened(genomes, LOW)
        after_race = screened(genomes, MEDIUM)
    with Scorer(candidates, ranker, 1, RUNGS) as fresh:
        assert fresh(genomes, MEDIUM) == after_race
    whole = [ranker.losses(candidates.quantize(g), RUNGS.medium).mean() for g in genomes]
    assert after_race == pytest.approx(whole)


@pytest.mark.parametrize("samples", [1, 19, 20, 40, 100, 400, 4000, 50_000])
def test_rungs_grow_and_keep_some_back(samples: int) -> None:
    rungs = split(samples)
    assert 0 < rungs.low[1] <= rungs.medium[1] <= rungs.full[1] <= samples
    assert rungs.holdout[1] == samples
    if samples >= 20:
        assert rungs.holdout[0] == rungs.full[1] < samples


def test_a_race_of_more_than_a_batch_is_whole_batches() -> None:
    assert split(400).low == (0, 64)
    assert split(4000).low == (0, 256)
    assert split(200).low == (0, 40)


@pytest.mark.parametrize("counts", [(40,), (40, 60)])
def test_solved_losses_are_those_of_the_solved_models_on_any_number_of_workers(  # type: ignore[no-untyped-def]
    candidates, ranker, genomes, counts
) -> None:
    sets = [[x[:count] for x in ranker.inputs] for count in counts]
    some, kinds = genomes[1:3], (SOLVED, SOLVED_ON_ALL)
    found = []
    for workers in (1, 2):
        with Scorer(candidates, ranker, workers, RUNGS, sets) as scorer:
            found.append([[scorer(some, k + r) for r in (MEDIUM, HOLDOUT)] for k in kinds])
    assert found[0] == found[1]
    for scored, inputs in zip(found[0], (sets[0], sets[-1]), strict=True):
        for genome, medium, holdout in zip(some, *scored, strict=True):
            solver = candidates.solver(genome, inputs)
            losses = ranker.losses(candidates.solved_anew(genome, solver), (0, 200))
            assert medium == losses[slice(*RUNGS.medium)].mean()
            assert holdout == losses[slice(*RUNGS.holdout)].mean()


def test_solving_anew_helps_a_mix_and_keeps_its_widths(candidates, ranker, genomes) -> None:  # type: ignore[no-untyped-def]
    smallest = genomes[1]
    given = candidates.quantize(smallest)
    solver = candidates.solver(smallest, [x[:80] for x in ranker.inputs])
    solved = candidates.solved_anew(smallest, solver)
    before, after = (ranker.losses(q, RUNGS.holdout).mean() for q in (given, solved))
    assert after < before
    for name in candidates.graph.weights:
        assert solved.tensors[name].bits == given.tensors[name].bits
