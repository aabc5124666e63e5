"""The metric of a search's front: the exact one, whatever layers the members share."""

from __future__ import annotations

import random
from functools import partial

import numpy as np
import pytest

from mcuq.calibrate import calibrate
from mcuq.data import load_data
from mcuq.importers import load_model
from mcuq.interpret import integer
from mcuq.interpret.integer import quantize_inputs, run_integer
from mcuq.pipeline import accuracy
from mcuq.pipeline.accuracy import (
    EvaluationScorer,
    make_scorer,
    one_shot_baseline,
    real_outputs,
    score_members,
    uniform_baseline,
)
from mcuq.pipeline.scoring import Candidates
from mcuq.pipeline.settings import SAMPLES
from mcuq.pipeline.space import build_space
from mcuq.progress import Progress
from mcuq.quantize import WeightChoice
from mcuq.quantized import QuantizedGraph
from mcuq.resources import example_dir
from mcuq.score.metrics import get_metric
from mcuq.search import Candidate, Cost, Limits
from mcuq.search.space import replaced

FOLDER = example_dir("digits")
COST = Cost(flash=50_000, ram=6_000, weight_bytes=40_000, instructions=800_000)


@pytest.fixture(scope="module")
def candidates() -> Candidates:
    graph = load_model(FOLDER / "digits_float32.tflite")
    data = load_data(FOLDER / "calibration.npz", graph).take(50)
    ranges = calibrate(graph, data.inputs)
    choices = dict.fromkeys(graph.weights, (WeightChoice(8), WeightChoice(4)))
    return Candidates(graph, ranges, None, build_space(graph, ranges, choices, ["minmax"]))


@pytest.fixture
def scorer(candidates: Candidates) -> EvaluationScorer:
    data = load_data(FOLDER / "evaluation.npz", candidates.graph).take(120)
    return make_scorer(candidates.graph, data, get_metric("mse"))


@pytest.fixture(scope="module")
def front(candidates: Candidates) -> list[Candidate]:
    space, rng = candidates.space.space, random.Random(3)
    base = space.random(rng)
    filters = range(len(candidates.graph.weights))
    near = [replaced(base, gene, 1 - base[gene]) for gene in filters]
    return [Candidate(g, 0.1, COST, 0.0) for g in dict.fromkeys([space.smallest(), base, *near])]


def plainly(scorer: EvaluationScorer, qgraph: QuantizedGraph) -> float:
    outputs = run_integer(qgraph, quantize_inputs(qgraph, scorer.data.inputs))
    return scorer.of(real_outputs(qgraph, outputs)).value


def one_hot(scorer: EvaluationScorer) -> EvaluationScorer:
    """Squared error wants targets as wide as the output: every byte counts then."""
    labels = np.eye(10, dtype=np.float32)[scorer.data.labels.reshape(-1)]  # type: ignore[union-attr]
    data = type(scorer.data)(scorer.data.inputs, labels)
    return EvaluationScorer(scorer.graph, scorer.metric, data, scorer.reference)


def test_members_are_judged_as_if_alone(
    candidates: Candidates,
    scorer: EvaluationScorer,
    front: list[Candidate],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scorer = one_hot(scorer)
    layers: list[int] = []
    original = integer.run.apply_operator

    def counted(*arguments: object) -> object:
        layers.append(1)
        return original(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(integer.run, "apply_operator", counted)
    found = score_members(scorer, front, candidates.quantize)
    shared = len(layers)
    scored = [(one, value) for one, value in zip(front, found, strict=True) if value is not None]
    layers.clear()
    for one, value in scored:
        assert value == plainly(scorer, candidates.quantize(one.genome))
    assert shared < len(layers), "layers that members share are run once"


def test_activations_kept_for_the_next_model_are_not_made_real(
    candidates: Candidates,
    scorer: EvaluationScorer,
    front: list[Candidate],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As real values they would take four times the bytes that the cache is bounded to."""
    scorer, made = one_hot(scorer), []

    def noted(qgraph: QuantizedGraph, outputs: dict[str, object]) -> object:
        made.append(set(outputs) - set(qgraph.outputs))
        return real_outputs(qgraph, outputs)  # type: ignore[arg-type]

    monkeypatch.setattr(accuracy, "real_outputs", noted)
    score_members(scorer, front, candidates.quantize)
    assert scorer.cache._kept, "the members share layers"
    assert made
    assert not any(made)


def test_so_many_members_spread_over_the_front(
    candidates: Candidates, scorer: EvaluationScorer, front: list[Candidate]
) -> None:
    steps: list[Progress] = []
    found = score_members(one_hot(scorer), front, candidates.quantize, steps.append)
    assert len(front) > SAMPLES.front_members
    assert sum(value is not None for value in found) == SAMPLES.front_members == len(steps)
    assert found[0] is not None
    assert found[-1] is not None
    assert {step.total for step in steps} == {SAMPLES.front_members}


def test_baselines_carry_role_cost_and_fit(
    candidates: Candidates, scorer: EvaluationScorer, front: list[Candidate]
) -> None:
    scorer = one_hot(scorer)
    uniform = partial(uniform_baseline, scorer, limits=Limits(flash=49_999), losses={8: 0.25})
    qgraph = candidates.quantize(candidates.space.space.reference)
    int8, int4 = uniform(8, qgraph, COST), uniform(4, qgraph, COST)
    assert (int8.role, int8.loss, int8.fits) == ("int8", 0.25, False)
    assert (int4.role, int4.loss) == ("int4", None)
    assert int8.accuracy == plainly(scorer, qgraph)
    chosen = one_shot_baseline(scorer, candidates, front[0])
    assert chosen.choices.keys() >= set(candidates.graph.weights)
    assert set(chosen.choices.values()) <= {"int4:minmax", "int8:minmax", "minmax"}


def test_a_short_front_is_judged_whole() -> None:
    assert accuracy._spread(3, 8) == [0, 1, 2]
    assert accuracy._spread(100, 3) == [0, 50, 99]
