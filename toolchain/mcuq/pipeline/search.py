"""The search stage: from a model and its data to the configuration that is built."""

from __future__ import annotations

import hashlib
import math
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mcuq.data import Dataset
from mcuq.emit.tflite import TemplateSerializer
from mcuq.errors import BudgetError
from mcuq.graph import Graph
from mcuq.interpret.float import run_float
from mcuq.numeric.widths import width_name
from mcuq.pipeline.advice import budget_hint
from mcuq.pipeline.result import SearchSummary
from mcuq.pipeline.scoring import Candidates, Scorer, split
from mcuq.pipeline.settings import RUNGS
from mcuq.pipeline.solving import solved_on
from mcuq.pipeline.space import ModelSpace
from mcuq.pipeline.variant_cost import Costs
from mcuq.progress import Progress, ProgressCallback, Scored, SearchSoFar
from mcuq.score.loss import find_loss_outputs
from mcuq.score.ranking import Ranker
from mcuq.search import (
    Candidate,
    Cost,
    Evaluator,
    GaSettings,
    Genome,
    Limits,
    ScoreLog,
    labels,
)
from mcuq.search.climb import SEARCHES, climb, tighter
from mcuq.search.hypervolume import front_hypervolume
from mcuq.search.individual import pareto_front
from mcuq.search.knapsack import knapsack
from mcuq.search.seeds import byte_limit, known_losses
from mcuq.search.space import replaced
from mcuq.units import format_bytes


@dataclass(frozen=True)
class Stop:
    """When a search ends, whichever comes first.

    Attributes:
        evaluations: candidates scored under each limit of weight bytes; None lets mcuq choose.
        seconds: since its start; a limit makes results depend on the machine.
        patience: generations of the genetic algorithm without a better fitting candidate.
    """

    evaluations: int | None = None
    seconds: float | None = None
    patience: int = GaSettings().patience


@dataclass(frozen=True)
class SearchSettings:
    """As in `BuildRequest`; `log` is where scores are kept for a resumed run, `exact` is its
    `exact_scores`."""

    method: str
    stop: Stop
    seed: int
    workers: int
    log: Path
    fingerprint: str
    exact: bool = False


def search_configuration(
    candidates: Candidates,
    calibration: Dataset,
    data: Dataset,
    costs: Costs,
    limits: Limits,
    settings: SearchSettings,
    progress: ProgressCallback,
) -> tuple[Genome, SearchSummary]:
    """Search and pick.

    Returns:
        The genome to build and how it was found.

    Raises:
        BudgetError: nothing that was scored fits; names the nearest and what it lacks.
    """
    space = candidates.space
    _check_reachable(space, costs, limits)
    ranker = make_ranker(candidates.graph, data, settings.exact)
    is_timed = settings.stop.seconds is not None
    # Where int8 throughout fits, hardly anything is lost that solving anew would bring back.
    is_tight = limits.violation(costs.cost(space.space.reference)) > 0.0
    mixes = settings.method in SEARCHES and not is_timed and is_tight
    inputs = solved_on(candidates, calibration) if mixes else ()
    with Scorer(candidates, ranker, settings.workers, split(len(data)), inputs) as scorer:
        log = ScoreLog(settings.log, settings.fingerprint, scorer)
        evaluator = Evaluator(
            space.space,
            log,
            costs.cost,
            limits,
            settings.stop.evaluations or default_evaluations(space),
            expired=_clock(settings.stop.seconds),
        )
        evaluator.progress = _report(progress, evaluator)
        ga = GaSettings(patience=settings.stop.patience)
        # Tighter limits would take the time of the one that was asked for.
        before = () if is_timed else tighter(settings.method, evaluator)
        winner = climb(settings.method, evaluator, settings.seed, ga, before, mixes=mixes)
        if winner is None:
            settings.log.unlink(missing_ok=True)
            nearest = evaluator.nearest()
            raise _nothing_fits(space.widths(nearest.genome), nearest.cost, limits)
    return winner.genome, _summary(settings.method, evaluator, winner)


def _clock(seconds: float | None) -> Callable[[], bool]:
    """Whether so many seconds have passed from now."""
    end = math.inf if seconds is None else time.monotonic() + seconds
    return lambda: time.monotonic() >= end


def make_ranker(graph: Graph, data: Dataset, exact: bool = False) -> Ranker:
    """Scores against the float model's heads on `data`; `exact` as of `Ranker`."""
    loss_outputs = find_loss_outputs(graph)
    reference = run_float(graph, data.inputs, keep=[h.tensor for h in loss_outputs])
    return Ranker(loss_outputs, data.inputs, reference, TemplateSerializer(), exact)


def default_evaluations(space: ModelSpace) -> int:
    """Each choice alone once, and as many again to combine them, at least
    `RUNGS.least_combinations`."""
    singles = sum(len(gene.choices) - 1 for gene in space.space.genes) + 1
    return min(singles + max(singles, RUNGS.least_combinations), max(space.space.size, 1))


def fingerprint(parts: Sequence[object]) -> str:
    """SHA-256 of everything that scores depend on."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _report(progress: ProgressCallback, evaluator: Evaluator) -> Callable[[int, int, float], None]:
    def report(done: int, total: int, best: float) -> None:
        note = "nothing fits yet" if best == float("inf") else f"best loss {best:.5f}"
        progress(Progress("search", done, total, note, so_far=lambda: _so_far(evaluator)))

    return report


def _so_far(evaluator: Evaluator) -> SearchSoFar:
    front = pareto_front(tuple(evaluator.known.values()))
    return SearchSoFar(
        tuple(evaluator.curve),
        tuple(
            Scored(one.cost.flash, one.cost.ram, one.cost.weight_bytes, one.loss, one.fits)
            for one in front
        ),
    )


def _summary(method: str, evaluator: Evaluator, winner: Candidate) -> SearchSummary:
    front = pareto_front(list(evaluator.known.values()))
    reference = evaluator.known[evaluator.space.reference]
    members = front if winner in front else [*front, winner]
    return SearchSummary(
        method=method,
        evaluations=len(evaluator.known),
        budget=evaluator.budget,
        space_size=evaluator.space.size,
        loss=winner.loss,
        int8_loss=reference.loss,
        int8_cost=reference.cost,
        front=tuple(members),
        curve=tuple(evaluator.curve),
        labels=tuple(labels(evaluator.space, c.genome) for c in members),
        singles=_singles(evaluator),
        one_shot=_one_shot(evaluator),
        hypervolume=front_hypervolume(evaluator, front),
    )


def _one_shot(evaluator: Evaluator) -> Candidate | None:
    """The knapsack of the choices alone, at the limit; None where the search did not score it."""
    genome = knapsack(evaluator.space, known_losses(evaluator), byte_limit(evaluator))
    return evaluator.known.get(genome) if genome is not None else None


def _singles(evaluator: Evaluator) -> dict[str, dict[str, float]]:
    """How much the loss rises with one choice alone, for those that were scored."""
    space, known = evaluator.space, evaluator.known
    base = known[space.reference].loss
    return {
        gene.name: {
            choice.label: known[single].loss - base
            for index, choice in enumerate(gene.choices)
            if (single := replaced(space.reference, position, index)) in known
        }
        for position, gene in enumerate(space.genes)
    }


def _check_reachable(space: ModelSpace, costed: Costs, limits: Limits) -> None:
    """Raise BudgetError before anything is scored where neither extreme of the space fits: fewest
    weight bytes, plain int8, whose kernels are fewer, or where cycles are limited the fastest
    width of each filter; and the same with as few channels as there can be."""
    whole, fewest = space.space.reference, space.space.fewest_channels(space.space.reference)
    extremes, costs = [], []
    for genome in dict.fromkeys((whole, fewest)):
        table, widths = costed.table(genome), space.widths(genome)
        ends = [space.widths(space.space.smallest()), widths]
        if limits.cycles is not None:
            ends.append({**widths, **table.fastest()})
        extremes += ends
        costs += [table.cost(end) for end in ends]
    nearest = min(range(len(costs)), key=lambda i: limits.violation(costs[i]))
    if limits.violation(costs[nearest]) > 0:
        raise _nothing_fits(extremes[nearest], costs[nearest], limits)


def _nothing_fits(widths: Mapping[str, int], cost: Cost, limits: Limits) -> BudgetError:
    counts = Counter(widths.values())
    mix = ", ".join(f"{counts[bits]} filters {width_name(bits)}" for bits in sorted(counts))
    return BudgetError(
        f"nothing fits the budget: the nearest configuration ({mix}; {describe(cost)}) "
        f"exceeds {excess(cost, limits)}",
        budget_hint(cost, limits, "raise the budget, choose a larger board or a smaller model"),
    )


def describe(cost: Cost) -> str:
    """`flash 50,000 B, RAM 20,000 B, weights 40,000 B, 1,200,000 cycles`."""
    cycles = "" if cost.cycles is None else f", {cost.cycles:,} cycles"
    return f"flash {cost.flash:,} B, RAM {cost.ram:,} B, weights {cost.weight_bytes:,} B{cycles}"


def excess(cost: Cost, limits: Limits) -> str:
    """What a cost takes over its limits, in words."""
    pairs = (
        ("flash", cost.flash, limits.flash),
        ("RAM", cost.ram, limits.ram),
        ("weight bytes", cost.weight_bytes, limits.weight_bytes),
    )
    words = [
        f"{name} by {format_bytes(used - limit)}"
        for name, used, limit in pairs
        if limit is not None and used > limit
    ]
    if limits.cycles is not None and cost.cycles is not None and cost.cycles > limits.cycles:
        words.append(f"cycles by {cost.cycles - limits.cycles:,}")
    return ", ".join(words)
