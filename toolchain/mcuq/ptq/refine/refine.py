"""Refinement: all chosen integers re-optimized together against the float model.

The bits are settled. First each layer in turn is solved anew for the inputs that the chosen
layers before it really give. Then, by gradient descent through an exact simulation of the integer
model, rounding, scales, biases and the activations' ranges are trained jointly; the loss is the
divergence of the outputs from the float model's, which needs no labels. Samples kept back decide
which state is returned, the given one among them: the result is never worse on those.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from threadpoolctl import threadpool_limits

from mcuq.graph import Graph
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import dequantize_outputs, quantize_inputs, run_integer
from mcuq.progress import Progress, ProgressCallback, silent
from mcuq.ptq.candidates.recipe import RECIPES
from mcuq.ptq.candidates.sequence import Walk
from mcuq.ptq.refine.grids import REFINED
from mcuq.ptq.refine.settings import RefineSettings
from mcuq.ptq.refine.state import Inputs, State
from mcuq.ptq.refine.training import Training
from mcuq.quantize.activations import RangeSource
from mcuq.quantize.config import Config
from mcuq.quantize.weights import Bank
from mcuq.quantized.qgraph import QuantizedGraph
from mcuq.score.loss import divergence, find_loss_outputs, head_tensors

_RECIPE = "refit"
"""What each layer is solved anew by, before the training."""


@dataclass(frozen=True)
class Refinement:
    """The outcome.

    Attributes:
        config: the given one, its filters' methods and its activations' observers renamed to
            "refined" where training helped.
        bank: the given bank with the refined filters in it.
        ranges: the given ones, with the trained ranges under that observer.
        qgraph: the quantized model of `config`, `bank` and `ranges`.
        before: mean divergence on the samples kept back, at the start.
        after: the same at the end; never larger.
    """

    config: Config
    bank: Bank
    ranges: RangeSource
    qgraph: QuantizedGraph
    before: float
    after: float


def refine(
    graph: Graph,
    ranges: RangeSource,
    config: Config,
    inputs: Inputs,
    held_back: Inputs,
    *,
    bank: Bank | None = None,
    settings: RefineSettings | None = None,
    progress: ProgressCallback = silent,
) -> Refinement:
    """Train the rounding of a chosen configuration.

    Args:
        graph: the float model.
        ranges: its activation ranges.
        config: the choice to refine; bits and observers stay.
        inputs: real samples to train on, (N, …) for each input; no labels needed.
        held_back: other samples, which pick the best state.
        bank: candidates that `config` names.
        settings: None takes the defaults.
        progress: told after each epoch.
    """
    settings = settings or RefineSettings()
    with threadpool_limits(1):
        scorer = _Scorer(graph, held_back)
        best = State(config, bank or {}, ranges)
        before = after = scorer(best)
        solved = _solved_anew(graph, best, inputs)
        if (loss := scorer(solved)) < after:
            after, best = loss, solved
        # The simulation knows int8 activations; under int16 ones there is little left to win. It
        # knows no states: a gradient through them would have to go back over the steps.
        is_known = config.activation_bits == 8 and not graph.states
        epochs = settings.epochs if is_known else 0
        if epochs:
            training = Training(graph, best, inputs, settings)
        for epoch in range(epochs):
            training.run_epoch(epoch)
            trained = training.state()
            if (loss := scorer(trained)) < after:
                after, best = loss, trained
            note = f"divergence {after:.4f}, was {before:.4f}"
            progress(Progress("refine", epoch + 1, epochs, note))
    qgraph = best.quantized(graph)
    return Refinement(best.config, best.bank, best.ranges, qgraph, before, after)


def _solved_anew(graph: Graph, given: State, inputs: Inputs) -> State:
    """Every filter by least-squares refit and descent, along the given mix of bits."""
    walk = Walk(graph, given.ranges, given.config, inputs)
    choices = {name: replace(given.config.weight(name), method=REFINED) for name in walk.filters}
    weights = walk.on_quantized_inputs(choices, RECIPES[_RECIPE])
    return given.replaced({(name, choices[name]): weights[name] for name in choices})


class _Scorer:
    """Mean divergence of a state on fixed samples."""

    def __init__(self, graph: Graph, inputs: Inputs) -> None:
        self._graph, self._inputs = graph, inputs
        self._loss_outputs = find_loss_outputs(graph)
        self._reference = run_float(graph, inputs, keep=head_tensors(self._loss_outputs))

    def __call__(self, state: State) -> float:
        qgraph = state.quantized(self._graph)
        stored = quantize_inputs(qgraph, self._inputs)
        found = run_integer(qgraph, stored, keep=head_tensors(self._loss_outputs))
        real = dequantize_outputs(qgraph, found)
        return float(divergence(self._loss_outputs, self._reference, real).mean())
