"""The task's metric, from exact integer arithmetic: of what is built and of what it is beside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from mcuq.content import ByContent
from mcuq.data import Dataset
from mcuq.graph import Graph
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import dequantize_outputs, quantize_inputs, run_integer
from mcuq.pipeline.scoring import Candidates
from mcuq.pipeline.settings import SAMPLES
from mcuq.progress import Progress, ProgressCallback, silent
from mcuq.quantized import QuantizedGraph
from mcuq.sanity.float_model import check_answers
from mcuq.score.answers import Predictions, predictions_of
from mcuq.score.metrics import Metric
from mcuq.score.prefix import PrefixCache, cut_points
from mcuq.score.scores import Score
from mcuq.search import Candidate, Cost, Genome, Limits, labels

Values = npt.NDArray[Any]
Reals = tuple[npt.NDArray[np.float32], ...]


@dataclass(frozen=True, eq=False)
class EvaluationScorer(ByContent):
    """A metric on evaluation samples.

    Attributes:
        graph: the float model.
        reference: the float model's outputs on them.
        known: by identity of the model; it is held so that it stays the only one with that.
    """

    graph: Graph
    metric: Metric
    data: Dataset
    reference: Reals
    cache: PrefixCache = field(default_factory=PrefixCache, compare=False)
    known: dict[int, tuple[QuantizedGraph, Score]] = field(default_factory=dict, compare=False)

    @cached_property
    def float_model(self) -> Score:
        """Of the float model itself."""
        return self.of(self.reference)

    def predictions(self, outputs: Reals) -> Predictions:
        """Outputs in the graph's layout, as the metric sees them."""
        return predictions_of(self.graph, self.data, outputs, self.reference)

    def of(self, outputs: Reals) -> Score:
        """The metric of a model with these outputs."""
        return self.metric.score(self.predictions(outputs))

    def of_model(self, qgraph: QuantizedGraph) -> Score:
        """The metric of a quantized model; layers that an earlier one shared are not run again."""
        if id(qgraph) not in self.known:
            score = self.of(real_outputs(qgraph, self._run(qgraph)))
            self.known[id(qgraph)] = qgraph, score
        return self.known[id(qgraph)][1]

    def _run(self, qgraph: QuantizedGraph) -> dict[str, Values]:
        """Stored outputs (samples, …) by name."""
        found = cut_points(qgraph)
        known = self.cache.deepest(found, None)
        fresh = self.cache.wanted(found, None, len(self.data))
        keep = {*qgraph.outputs, *(cut_point.tensor for cut_point in fresh)}
        values = run_integer(
            qgraph,
            [] if known else quantize_inputs(qgraph, self.data.inputs),
            keep if known is None else {*qgraph.outputs, *_behind(qgraph, keep, known[0].position)},
            {known[0].tensor: known[1]} if known else None,
        )
        for cut_point in fresh:
            if cut_point.tensor in values:
                self.cache.keep(cut_point, None, values[cut_point.tensor])
        return {name: values[name] for name in qgraph.outputs}


def _behind(qgraph: QuantizedGraph, names: set[str], position: int) -> set[str]:
    """Those of `names` that operators from `position` on compute."""
    return names & {name for op in qgraph.ops[position:] for name in op.outputs}


def make_scorer(graph: Graph, data: Dataset, metric: Metric) -> EvaluationScorer:
    """Runs the float model once.

    Raises:
        InputError: it gives NaN or infinity on a sample.
    """
    outputs = run_float(graph, data.inputs)
    check_answers(graph, data, outputs)
    return EvaluationScorer(graph, metric, data, tuple(outputs[name] for name in graph.outputs))


def real_outputs(qgraph: QuantizedGraph, outputs: Mapping[str, Values]) -> Reals:
    """Outputs in the graph's order, as real values."""
    values = dequantize_outputs(qgraph, outputs)
    return tuple(values[name] for name in qgraph.outputs)


Role = Literal["int8", "int4", "knapsack"]


@dataclass(frozen=True)
class Baseline:
    """What one would have without the search.

    Attributes:
        role: every filter min-max at one width, or the one-shot assignment within the budget.
        loss: on search data; None where it was not scored.
        choices: tensor → label; empty where one rule holds for all.
    """

    role: Role
    accuracy: float
    cost: Cost
    fits: bool
    loss: float | None = None
    choices: Mapping[str, str] = field(default_factory=dict)


def uniform_baseline(
    scorer: EvaluationScorer,
    bits: Literal[8, 4],
    qgraph: QuantizedGraph,
    cost: Cost,
    limits: Limits,
    losses: Mapping[int, float],
) -> Baseline:
    """Every filter at one width; `losses` on search data, where they are known."""
    role: Role = "int8" if bits == 8 else "int4"
    fits = limits.violation(cost) == 0.0
    return Baseline(role, scorer.of_model(qgraph).value, cost, fits, losses.get(bits))


def one_shot_baseline(
    scorer: EvaluationScorer, candidates: Candidates, chosen: Candidate
) -> Baseline:
    """The knapsack assignment, with what it chose for each tensor."""
    accuracy = scorer.of_model(candidates.quantize(chosen.genome)).value
    choices = labels(candidates.space.space, chosen.genome)
    return Baseline("knapsack", accuracy, chosen.cost, chosen.fits, chosen.loss, choices)


def score_members(
    scorer: EvaluationScorer,
    front: Sequence[Candidate],
    quantize: Callable[[Genome], QuantizedGraph],
    progress: ProgressCallback = silent,
) -> tuple[float | None, ...]:
    """The metric of up to `SAMPLES.front_members` of a front, spread evenly over it; None for
    the others.

    Members whose first layers are equal follow each other, so that those are run once.
    """
    chosen = _spread(len(front), SAMPLES.front_members)
    models = {index: quantize(front[index].genome) for index in chosen}
    order = sorted(chosen, key=lambda i: [cut_point.digest for cut_point in cut_points(models[i])])
    found: list[float | None] = [None] * len(front)
    for done, index in enumerate(order):
        progress(Progress("compare", done, len(order), "the front, on evaluation samples"))
        found[index] = scorer.of_model(models[index]).value
    return tuple(found)


def _spread(count: int, most: int) -> list[int]:
    """At most `most` of `count` positions, the first and the last among them."""
    if count <= most:
        return list(range(count))
    return sorted({round(i * (count - 1) / (most - 1)) for i in range(most)})
