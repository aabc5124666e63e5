"""Search methods side by side: method × weight budget × seed, all on the same candidates.

Scores are shared between the methods, which makes the table cheap; each method is still charged
for every evaluation it asked for, in count and in seconds.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from mcuq.content import ByContent
from mcuq.document import Document
from mcuq.pipeline.scoring import Rungs, Scorer, split
from mcuq.progress import Progress, ProgressCallback, silent
from mcuq.score.intervals import interval
from mcuq.score.loss import divergence
from mcuq.search import Candidate, Cost, Evaluator, Genome, Limits, pareto_front
from mcuq.search.climb import SEARCHES, climb, tighter
from mcuq.search.hypervolume import front_hypervolume
from mcuq.search.pick import pick
from mcuq.search.problem import FULL, SOLVED, BudgetSpent
from mcuq.search.settings import MIXES
from study.peer import NAME as PEER
from study.peer import peer_models, run_exact, run_fast
from study.preparation import Scored, Study, StudyScorer
from study.rivals import MANY_KNAPSACKS, RANDOM_MIXES, many_knapsacks, random_mixes

SEEDED = frozenset({"ga", "random", MANY_KNAPSACKS, RANDOM_MIXES})
"""Methods whose result depends on the seed; the others run once."""
SEARCHED = {"ga": "ga-search"}
"""The records of a method's winners as the search left them, where their name is another."""
FINISHED = {
    "ga": "ga",
    "knapsack": "knapsack+refine",
    MANY_KNAPSACKS: f"{MANY_KNAPSACKS}+refine",
    RANDOM_MIXES: f"{RANDOM_MIXES}+refine",
}
"""The records of winners after the refinement, which is what `mcuq build` deploys."""
FLOAT, FLOAT_BUDGET = "float", 4.0
FOLLOWED = "ga"
"""The method whose evaluations the others may have."""


@dataclass(frozen=True, eq=False)
class Record(ByContent):
    """One cell of the table.

    Attributes:
        model: the model file's stem.
        method: a search method, one of `SEARCHED`, `FINISHED` or `study.rivals`,
            "litert-quantizer" or "float".
        budget: fraction of the int8 weight bytes; 4.0 for the float model.
        seed: 0 where the method takes none.
        weight_bytes: packed filters of what was found.
        search_loss: mean KL to the float model on the search samples, without those kept back.
        scored: on the evaluation samples, exact arithmetic.
        evaluations: candidates that the method asked for.
        seconds: what those cost, and the method's own time.
        volume: hypervolume of what the search saw, over loss and weight bytes; None of what was
            not searched.
    """

    model: str
    method: str
    budget: float
    seed: int
    weight_bytes: int
    search_loss: float
    scored: Scored
    evaluations: int
    seconds: float
    volume: float | None = None

    @property
    def test_accuracy(self) -> float:
        """The metric."""
        return self.scored.accuracy.value

    @property
    def test_kl(self) -> float:
        """Mean KL to the float model, nats."""
        return self.scored.kl.value

    def cell(self) -> Cell:
        """As it is written."""
        bounds = interval(self.scored.accuracy, is_share=self.scored.is_share)
        return Cell(
            model=self.model,
            method=self.method,
            budget=self.budget,
            seed=self.seed,
            weight_bytes=self.weight_bytes,
            search_loss=self.search_loss,
            test_accuracy=self.test_accuracy,
            test_accuracy_interval=None if bounds is None else (bounds.low, bounds.high),
            test_kl=self.test_kl,
            evaluations=self.evaluations,
            seconds=self.seconds,
            hypervolume=self.volume,
        )


@dataclass(frozen=True)
class Cell:
    """A record as it is written: of the samples' own figures the metric's interval alone.

    Attributes:
        model: the model file's stem.
        method: a search method, refined or not, "litert-quantizer" or "float".
        budget: share of the int8 weight bytes; 4.0 for the float model.
        seed: of the search; 0 where the method takes none.
        weight_bytes: packed filters of what was found.
        search_loss: mean divergence from the float model on the search samples, nats.
        test_accuracy: the metric on the evaluation samples, by exact arithmetic.
        test_accuracy_interval: its 95 % interval; null where it is not known.
        test_kl: mean divergence from the float model on the evaluation samples, nats.
        evaluations: candidates that the method asked for.
        seconds: what those cost, and the method's own time.
        hypervolume: of what the search saw within its budget, over loss and weight bytes: the share
            of the box up to 1.1 times the worse of plain int8 and the fewest bytes; null where
            nothing was searched.
    """

    model: str
    method: str
    budget: float
    seed: int
    weight_bytes: int
    search_loss: float
    test_accuracy: float
    test_accuracy_interval: tuple[float, float] | None
    test_kl: float
    evaluations: int
    seconds: float
    hypervolume: float | None = None


CELLS = Document(
    "bench-accuracy",
    tuple[Cell, ...],
    "search methods side by side",
    "`accuracy.json` and `--json` of `scripts/compare_methods.py`",
    version=2,
    marked="entries",
)


@dataclass(frozen=True)
class Plan:
    """What to compare.

    Attributes:
        budgets: fractions of the int8 weight bytes.
        methods: of `mcuq.search.METHODS` and `study.rivals`.
        seeds: of the seeded methods.
        evaluations: candidates that a run may score under one limit. The GA comes to its limit by
            tighter ones; where it is compared, the others may score as many as it did in all.
        refine: also judge winners of the methods in `FINISHED` after the refinement.
    """

    budgets: tuple[float, ...]
    methods: tuple[str, ...]
    seeds: int
    evaluations: int
    refine: bool = True

    def runs(self) -> list[tuple[str, int]]:
        """(method, seed) of every run at one budget: the one that the others may follow first."""
        return [
            (method, seed)
            for method in sorted(self.methods, key=lambda name: name != FOLLOWED)
            for seed in range(self.seeds if method in SEEDED else 1)
        ]


class SharedScores:
    """A score function with a memory that knows what each score cost.

    Attributes:
        charged: seconds of all scores asked for since `reset`, remembered or not.
        spent: seconds really spent on them.
        solved: genomes whose filters were solved anew for scores asked for since `reset`.
    """

    def __init__(self, score: Callable[[Sequence[Genome], int], Sequence[float]]) -> None:
        self._score = score
        self._memo: dict[tuple[int, Genome], tuple[float, float]] = {}
        self.charged = self.spent = 0.0
        self.solved: set[Genome] = set()

    def reset(self) -> None:
        """Begin a new account."""
        self.charged = self.spent = 0.0
        self.solved = set()

    def __call__(self, genomes: Sequence[Genome], rung: int) -> list[float]:
        fresh = [g for g in dict.fromkeys(genomes) if (rung, g) not in self._memo]
        if fresh:
            start = time.perf_counter()
            losses = self._score(fresh, rung)
            seconds = time.perf_counter() - start
            self.spent += seconds
            for genome, loss in zip(fresh, losses, strict=True):
                self._memo[rung, genome] = (loss, seconds / len(fresh))
        self.charged += sum(self._memo[rung, g][1] for g in dict.fromkeys(genomes))
        self.solved.update(genomes if rung >= SOLVED else ())
        return [self._memo[rung, g][0] for g in genomes]


@dataclass(frozen=True)
class _Found:
    """A run's winner, not yet judged; the fields are those of a record."""

    method: str
    budget: float
    seed: int
    weight_bytes: int
    search_loss: float
    evaluations: int
    seconds: float
    genome: Genome
    volume: float
    finish: Genome
    """What a build would refine: found among mixes, by methods that search on there."""
    solved: int
    """Mixes whose filters were solved anew for that."""

    def record(self, study: Study, method: str, scored: Scored) -> Record:
        """Of the winner as it is."""
        return Record(
            study.name,
            method,
            self.budget,
            self.seed,
            self.weight_bytes,
            self.search_loss,
            scored,
            self.evaluations,
            self.seconds,
            self.volume,
        )


def compare_methods(
    study: Study, plan: Plan, workers: int, progress: ProgressCallback = silent
) -> Iterator[Record]:
    """Every run of the plan, budget by budget, its winner judged on the evaluation samples.

    A run that finds nothing within its budget has no record.
    """
    figures: dict[Genome, Scored] = {}
    with (
        Scorer(study.candidates, study.ranker, workers, _rungs(study), study.solved_on) as scorer,
        StudyScorer(study, workers) as evaluation,
    ):
        scores = SharedScores(scorer)
        for budget in plan.budgets:
            found: list[_Found] = []
            runs = plan.runs()
            for number, (method, seed) in enumerate(runs):
                note = f"{budget:.0%} {method} seed {seed}"
                progress(Progress(f"search {budget:.0%}", number, len(runs), note))
                most, solved = _allowed(plan, found, method, seed)
                winner = _run(study, scores, budget, method, seed, most, solved, plan.refine)
                found += [] if winner is None else [winner]
            figures |= evaluation([f.genome for f in found if f.genome not in figures])
            for f in found:
                yield f.record(study, SEARCHED.get(f.method, f.method), figures[f.genome])
            if plan.refine:
                yield from _refined(study, evaluation, [f for f in found if f.method in FINISHED])


def _allowed(plan: Plan, found: Sequence[_Found], method: str, seed: int) -> tuple[int, int]:
    """Evaluations of a run, and mixes that it may solve: as many as `FOLLOWED` with its seed took,
    or the most."""
    taken = {f.seed: (f.evaluations, f.solved) for f in found if f.method == FOLLOWED}
    if method == FOLLOWED or not taken:
        return plan.evaluations, MIXES.evaluations
    most = max(taken.values())
    return taken.get(seed, most) if method in SEEDED else most


def _refined(study: Study, evaluation: StudyScorer, found: Sequence[_Found]) -> Iterator[Record]:
    space = study.candidates.space.space
    outcomes = evaluation.refined([f.finish for f in found])
    for f in found:
        outcome = outcomes[f.finish]
        yield replace(
            f.record(study, FINISHED[f.method], outcome.scored),
            weight_bytes=space.weight_bytes(f.finish),
            search_loss=outcome.search_loss,
            evaluations=f.evaluations + f.solved,
            seconds=round(f.seconds + outcome.seconds, 3),
        )


def _rungs(study: Study) -> Rungs:
    return split(len(study.ranker.inputs[0]))


def _run(
    study: Study,
    scores: SharedScores,
    budget: float,
    method: str,
    seed: int,
    evaluations: int,
    solved: int,
    finishes: bool,
) -> _Found | None:
    space = study.candidates.space.space
    full = space.weight_bytes(space.reference)

    def cost(genome: Genome) -> Cost:
        size = space.weight_bytes(genome)
        return Cost(flash=size, ram=0, weight_bytes=size, instructions=0)

    scores.reset()
    start = time.perf_counter()
    limits = Limits(weight_bytes=int(budget * full))
    evaluator = Evaluator(space, scores, cost, limits, evaluations)
    winner = _search(evaluator, method, seed, solved)
    if winner is None:
        return None
    loss = scores([winner.genome], FULL)[0]
    size, count = winner.cost.weight_bytes, len(evaluator.known)
    volume = front_hypervolume(evaluator, pareto_front(list(evaluator.known.values()))).share
    finish = winner.genome
    if finishes and method in SEARCHES:
        again = Evaluator(space, scores, cost, limits, evaluations)
        mixed = climb(method, again, seed, before=tighter(method, again), mixes=True)
        finish = finish if mixed is None else mixed.genome
    seconds = round(time.perf_counter() - start - scores.spent + scores.charged, 3)
    return _Found(
        method,
        budget,
        seed,
        size,
        loss,
        count,
        seconds,
        winner.genome,
        volume,
        finish,
        len(scores.solved),
    )


def _search(evaluator: Evaluator, method: str, seed: int, solved: int) -> Candidate | None:
    """`solved` as of `random_mixes`."""
    if method == RANDOM_MIXES:
        return random_mixes(evaluator, seed, solved)
    if method != MANY_KNAPSACKS:
        return climb(method, evaluator, seed, before=tighter(method, evaluator))
    with contextlib.suppress(BudgetSpent):
        many_knapsacks(evaluator, seed)
    return pick(evaluator)


def float_record(study: Study) -> Record:
    """The float model itself: what all others are measured against."""
    space = study.candidates.space.space
    size = int(FLOAT_BUDGET * space.weight_bytes(space.reference))
    scored = study.score(study.reference)
    return Record(study.name, FLOAT, FLOAT_BUDGET, 0, size, 0.0, scored, 0, 0.0)


def peer_record(study: Study) -> Record:
    """litert-quantizer's best int4 recipe: chosen by search loss, judged under TFLite Micro."""
    first, last = _rungs(study).span(FULL)
    search = [x[first:last] for x in study.ranker.inputs]
    reference = {name: x[first:last] for name, x in study.ranker.reference.items()}
    loss_outputs = study.ranker.loss_outputs
    losses = []
    models = peer_models(study.graph, study.calibration.inputs)
    for model in models:
        outputs = run_fast(model.flatbuffer, search)
        found = {head.tensor: y for head, y in zip(loss_outputs, outputs, strict=True)}
        losses.append(float(divergence(loss_outputs, reference, found).mean()))
    best = min(range(len(models)), key=losses.__getitem__)
    outputs = run_exact(models[best].flatbuffer, study.evaluation.inputs)
    found = {head.tensor: y for head, y in zip(loss_outputs, outputs, strict=True)}
    # The peer's model ends at the logits: they rank classes as the outputs behind them do.
    found |= {o: found[h.tensor] for o, h in zip(study.graph.outputs, loss_outputs, strict=True)}
    space = study.candidates.space.space
    return Record(
        study.name,
        PEER,
        0.5,
        0,
        space.weight_bytes(space.smallest()),
        losses[best],
        study.score(found),
        len(models),
        round(sum(m.seconds for m in models), 3),
    )
