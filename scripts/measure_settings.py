"""What the tuned numbers are worth: each is changed alone, everything else stays.

Losses are mean KL divergences from the float model, in nats: of a search's winner on all search
samples but those kept back, of a refined or fitted model on the evaluation samples.

usage: python scripts/measure_settings.py search|mixes|refine|fit
           MODEL CALIBRATION SEARCH EVALUATION
           [--budget 0.55] [--evaluations 500] [--seeds 5] [--only NAME,NAME]
           [--samples 1024]
"""

from __future__ import annotations

import argparse
import random
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from mcuq.interpret.integer import dequantize_outputs, quantize_inputs, run_integer
from mcuq.pipeline import scoring, searchable
from mcuq.pipeline.candidates import cut_candidates
from mcuq.pipeline.scoring import Scorer, split
from mcuq.pipeline.settings import RUNGS, RungSettings
from mcuq.ptq.candidates import scales, solve
from mcuq.ptq.candidates.recipe import RECIPES
from mcuq.ptq.candidates.sequence import Walk
from mcuq.ptq.refine import RefineSettings, refine
from mcuq.quantize import Config, WeightChoice, quantize
from mcuq.quantize.settings import CANDIDATES, CandidateSettings
from mcuq.quantized import QuantizedGraph
from mcuq.score.loss import divergence
from mcuq.search import Cost, Evaluator, FidelitySettings, GaSettings, Genome, Limits, Space
from mcuq.search.climb import climb, tighter
from mcuq.search.problem import FULL
from study.accuracy import SharedScores
from study.preparation import Study, StudyFiles, prepare

Row = tuple[str, list[float], float]
"""What was changed, a loss for each seed, and how much was done for each, in its own unit."""
Change = dict[str, Any]
"""Settings by name."""

GA = (
    {"population": 16},
    {"population": 64},
    {"children": 8},
    {"children": 32},
    {"oversample": 1},
    {"oversample": 32},
    {"patience": 24},
    {"run_crossover": 0.0},
    {"run_crossover": 1.0},
    {"second_move": 0.0, "third_move": 0.0},
    {"sibling_move": 0.2, "any_move": 0.6},
    {"repaired": 0.0},
    {"repaired": 1.0},
    {"repair_noise": (1.0, 1.0)},
    {"blind_share": 2},
    {"blind_share": 1000},
    {"ridge": 0.1},
    {"ridge": 10.0},
    {"pair_weight": 0.0},
)
FIDELITIES = (
    {"margin": 1.0},
    {"margin": 1.05},
    {"margin": 1.3},
    {"margin": 2.0},
    {"recent": 8},
    {"measured": 1},
    {"measured": 6},
)
SPLITS = (
    {"race_share": 2},
    {"race_share": 8},
    {"kept_back": 3},
    {"kept_back": 10},
)
REFINE = (
    {"epochs": 0},
    {"epochs": 1},
    {"epochs": 2},
    {"epochs": 8},
    {"batch": 16},
    {"batch": 256},
    {"weight_rate": 0.00075},
    {"weight_rate": 0.012},
    {"scale_rate": 0.0},
    {"scale_rate": 0.00025},
    {"scale_rate": 0.004},
    {"bias_rate": 0.0},
    {"bias_rate": 0.025},
    {"bias_rate": 0.4},
    {"lean": 0.0},
    {"lean": 0.15},
    {"lean": 0.49},
    {"second_decay": 0.999},
)
FIT = (
    {"damping": 0.0001},
    {"damping": 0.001},
    {"damping": 0.1},
    {"damping": 1.0},
    {"sweeps": 1},
    {"sweeps": 32},
    {"rounds": 0},
    {"rounds": 1},
    {"rounds": 9},
    {"smallest_share": 0.5},
    {"shares": 8},
    {"shares": 121},
    {"samples": 64},
    {"samples": 128},
    {"samples": 256},
)

SOLVED_ON = (512, 256, 128, 64)
"""Samples."""


def searched(study: Study, arguments: argparse.Namespace) -> Iterator[Row]:
    """Searches of the genetic algorithm; the work is scored samples in thousands."""
    with Scorer(study.candidates, study.ranker, 1, split(_samples(study))) as scorer:
        scores = SharedScores(scorer)

        def row(name: str, ga: GaSettings, races: FidelitySettings) -> Row:
            found = [
                _search(study, scores, ga, races, arguments, s) for s in range(arguments.seeds)
            ]
            return name, [loss for loss, _ in found], statistics.mean(work for _, work in found)

        yield row("as it is", GaSettings(), FidelitySettings())
        for change in _asked(GA, arguments):
            yield row(_name(change), replace(GaSettings(), **change), FidelitySettings())
        for change in _asked(FIDELITIES, arguments):
            yield row(_name(change), GaSettings(), replace(FidelitySettings(), **change))
    for change in _asked(SPLITS, arguments):
        yield _split_row(study, replace(RUNGS, **change), _name(change), arguments)


def _split_row(study: Study, rungs: RungSettings, name: str, arguments: argparse.Namespace) -> Row:
    spans = split(_samples(study), rungs)
    with Scorer(study.candidates, study.ranker, 1, spans) as scorer:
        scores, found = SharedScores(scorer), []
        for seed in range(arguments.seeds):
            found.append(
                _search(study, scores, GaSettings(), FidelitySettings(), arguments, seed, spans)
            )
    return name, [loss for loss, _ in found], statistics.mean(work for _, work in found)


def _samples(study: Study) -> int:
    return len(study.ranker.inputs[0])


def _search(
    study: Study,
    scores: SharedScores,
    ga: GaSettings,
    races: FidelitySettings,
    arguments: argparse.Namespace,
    seed: int,
    rungs: scoring.Rungs | None = None,
) -> tuple[float, float]:
    space = study.candidates.space.space
    rungs = rungs or split(_samples(study))
    asked: dict[tuple[int, Genome], None] = {}

    def score(genomes: Sequence[Genome], rung: int) -> list[float]:
        asked.update(((rung, genome), None) for genome in genomes)
        return scores(genomes, rung)

    def cost(genome: Genome) -> Cost:
        size = space.weight_bytes(genome)
        return Cost(flash=size, ram=0, weight_bytes=size, instructions=0)

    limit = int(arguments.budget * space.weight_bytes(space.reference))
    evaluator = Evaluator(
        space, score, cost, Limits(weight_bytes=limit), arguments.evaluations, settings=races
    )
    winner = climb("ga", evaluator, seed, ga, tighter("ga", evaluator))
    assert winner is not None  # the budget is within reach
    spans = [rungs.span(rung) for rung, _ in asked]
    kept = split(_samples(study)).span(FULL)
    loss = study.ranker.losses(study.candidates.quantize(winner.genome), kept).mean()
    return float(loss), sum(last - first for first, last in spans) / 1000


def refined(study: Study, arguments: argparse.Namespace) -> Iterator[Row]:
    """Refinements of all filters at 4 bits; the work is epochs."""
    spans = split(_samples(study))
    config = Config(default_weight=WeightChoice(4))
    train = [x[spans.full[0] : spans.full[1]][: arguments.samples] for x in study.ranker.inputs]
    held = [x[spans.holdout[0] : spans.holdout[1]][:512] for x in study.ranker.inputs]

    def row(name: str, change: Change) -> Row:
        losses = []
        for seed in range(arguments.seeds):
            settings = replace(RefineSettings(seed=seed), **change)
            found = refine(
                study.graph, study.candidates.ranges, config, train, held, settings=settings
            )
            losses.append(test_loss(study, found.qgraph))
        return name, losses, settings.epochs

    given = quantize(study.graph, study.candidates.ranges, config)
    yield "not refined", [test_loss(study, given)], 0
    yield row("as it is", {})
    for change in _asked(REFINE, arguments):
        yield row(_name(change), change)


def fitted(study: Study, arguments: argparse.Namespace) -> Iterator[Row]:
    """All filters at 4 bits by the method "refit"; the work is samples."""
    yield _fit(study, "as it is", CANDIDATES, 512)
    for change in _asked(FIT, arguments):
        settings = {name: value for name, value in change.items() if name != "samples"}
        count = int(change.get("samples", 512))
        yield _fit(study, _name(change), replace(CANDIDATES, **settings), count)


def _fit(study: Study, name: str, settings: CandidateSettings, count: int) -> Row:
    shares = np.linspace(settings.smallest_share, 1.0, settings.shares)
    choice = WeightChoice(4, "refit")
    recipe = replace(RECIPES["refit"], damping=settings.damping)
    samples = study.calibration.take(count).inputs
    with patch.object(solve, "CANDIDATES", settings), patch.object(scales, "SHARES", shares):
        walk = Walk(study.graph, study.candidates.ranges, Config(), samples)
        (weights,) = walk.on_quantized_inputs(dict.fromkeys(walk.filters, choice), recipe)
    config = Config(default_weight=choice)
    bank = {(name, choice): weight for name, weight in weights.items()}
    qgraph = quantize(study.graph, study.candidates.ranges, config, bank)
    return name, [test_loss(study, qgraph)], len(samples[0])


def mixed(study: Study, arguments: argparse.Namespace) -> Iterator[Row]:
    """As many mixes of 8, 4 and 2 bits as `--seeds`, drawn within `--budget`, solved anew on some
    calibration samples; the work is the rank correlation with the first row, in percent."""
    mixes = _drawn(study.candidates.space.space, arguments.budget, arguments.seeds)
    first: list[float] = []
    for count in SOLVED_ON:
        inputs = study.calibration.take(count).inputs
        solve_anew = study.candidates.solver(mixes[0], inputs)
        losses = [
            float(study.ranker.losses(solved, split(_samples(study)).full).mean())
            for solved in (study.candidates.solved_anew(genome, solve_anew) for genome in mixes)
        ]
        first = first or losses
        yield f"{len(inputs[0])} samples", losses, 100 * _rank_correlation(losses, first)


def _rank_correlation(first: Sequence[float], second: Sequence[float]) -> float:
    """Spearman's, where no two values are equal."""
    ranks = [np.argsort(np.argsort(values)) for values in (first, second)]
    return float(np.asarray(np.corrcoef(np.stack(ranks)))[0, 1])


def _drawn(space: Space, budget: float, count: int) -> list[Genome]:
    """Mixes that take at most `budget` of the int8 bytes and at least three quarters of that."""
    rng = random.Random(0)
    limit = budget * space.weight_bytes(space.reference)
    found: dict[Genome, None] = {}
    while len(found) < count:
        genome = space.random(rng)
        if 0.75 * limit <= space.weight_bytes(genome) <= limit:
            found[genome] = None
    return list(found)


def test_loss(study: Study, qgraph: QuantizedGraph) -> float:
    """Mean KL to the float model on the evaluation samples, by exact integer arithmetic."""
    keep = [head.tensor for head in study.ranker.loss_outputs]
    found = run_integer(qgraph, quantize_inputs(qgraph, study.evaluation.inputs), keep=keep)
    real = dequantize_outputs(qgraph, found)
    return float(divergence(study.ranker.loss_outputs, study.reference, real).mean())


def _asked(changes: Sequence[Change], arguments: argparse.Namespace) -> list[Change]:
    """Those whose first setting is named, or all."""
    only = arguments.only.split(",") if arguments.only else None
    return [change for change in changes if only is None or next(iter(change)) in only]


def _name(change: Change) -> str:
    return ", ".join(f"{name} {value}" for name, value in change.items())


PARTS: dict[str, Callable[[Study, argparse.Namespace], Iterator[Row]]] = {
    "search": searched,
    "mixes": mixed,
    "refine": refined,
    "fit": fitted,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("part", choices=PARTS)
    for name in ("model", "calibration", "search", "evaluation"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--budget", type=float, default=0.55)
    parser.add_argument("--evaluations", type=int, default=500)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", default="")
    parser.add_argument("--samples", type=int, default=1024)
    arguments = parser.parse_args()
    files = StudyFiles(
        arguments.model, arguments.calibration, arguments.search, arguments.evaluation
    )
    if arguments.part == "mixes":
        files = replace(files, bits=(8, 4, 2))
    print("| changed | loss | least | most | work |")
    print("|---|--:|--:|--:|--:|")
    methods = None if arguments.part == "search" else ()
    with patch.object(searchable, "cut_candidates", partial(cut_candidates, methods=methods)):
        prepared = prepare(files, 1)
    for name, losses, work in PARTS[arguments.part](prepared, arguments):
        figures = f"{statistics.mean(losses):.5f} | {min(losses):.5f} | {max(losses):.5f}"
        print(f"| {name} | {figures} | {work:,.0f} |", flush=True)


if __name__ == "__main__":
    main()
