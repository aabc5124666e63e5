"""Refinement: all chosen integers re-optimized together against the float model.

The bits are settled. First each layer in turn is solved anew for the inputs that the chosen
layers before it really give. Then, by gradient descent through an exact simulation of the integer
model, rounding, scales and biases are trained jointly; the loss is the divergence of the outputs
from the float model's, which needs no labels. Samples kept back decide which state is returned,
the given one among them: the result is never worse on those.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from mcuq.graph import Graph
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import dequantize_outputs, quantize_inputs, run_integer
from mcuq.interpret.samples import SampleArray
from mcuq.numeric.elementary import cos
from mcuq.progress import Progress, ProgressCallback, silent
from mcuq.ptq.refine.adam import Adam
from mcuq.ptq.refine.anew import FilterSolver
from mcuq.ptq.refine.batches import Batches, MixedBatches, PlainBatches, can_mix
from mcuq.ptq.refine.loss import divergence_gradient
from mcuq.ptq.refine.settings import RefineSettings
from mcuq.ptq.refine.simulation import Simulation, TrainedParameters
from mcuq.ptq.refine.start import as_weights, start_parameters
from mcuq.quantize.activations import RangeSource
from mcuq.quantize.config import Config
from mcuq.quantize.quantize import quantize
from mcuq.quantize.weights import Bank
from mcuq.quantized.qgraph import QuantizedGraph
from mcuq.score.loss import divergence, find_loss_outputs, head_tensors

Inputs = Sequence[SampleArray]


@dataclass(frozen=True)
class Refinement:
    """The outcome.

    Attributes:
        config: the given one, its filters' methods renamed to "refined" where training helped.
        bank: the given bank with the refined filters in it.
        qgraph: the quantized model of `config` and `bank`.
        before: mean divergence on the samples kept back, at the start.
        after: the same at the end; never larger.
    """

    config: Config
    bank: Bank
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
    teacher: Graph | None = None,
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
        teacher: whose outputs are aimed at; None is `graph` itself.
        settings: None takes the defaults.
        progress: told after each epoch.
    """
    settings = settings or RefineSettings()
    with threadpool_limits(1):
        teacher = teacher or graph
        scorer = _Scorer(graph, ranges, held_back, teacher)
        best = _State(config, bank or {})
        before = after = scorer(best)
        solved = best.replaced(FilterSolver(graph, ranges, inputs)(config))
        if (loss := scorer(solved)) < after:
            after, best = loss, solved
        # The simulation knows int8 activations; under int16 ones there is little left to win. It
        # knows no states: a gradient through them would have to go back over the steps.
        is_known = config.activation_bits == 8 and not graph.states
        mixes = _is_narrow(graph, config, settings) and can_mix(graph)
        epochs = settings.mixed_epochs if mixes else settings.epochs
        epochs = epochs if is_known else 0
        if epochs:
            settings = replace(settings, epochs=epochs)
            training = _Training(graph, ranges, best, inputs, settings, teacher, mixes)
        for epoch in range(epochs):
            training.run_epoch(epoch)
            trained = training.state()
            if (loss := scorer(trained)) < after:
                after, best = loss, trained
            note = f"divergence {after:.4f}, was {before:.4f}"
            progress(Progress("refine", epoch + 1, epochs, note))
    qgraph = quantize(graph, ranges, best.config, best.bank)
    return Refinement(best.config, best.bank, qgraph, before, after)


def _is_narrow(graph: Graph, config: Config, settings: RefineSettings) -> bool:
    """Whether any channel of a filter has few bits."""
    choices = (part for name in graph.weights for part in config.weight(name).parts)
    return any(choice.bits < settings.mixed_below for choice in choices)


@dataclass(frozen=True)
class _State:
    """A configuration with the candidates that it names."""

    config: Config
    bank: Bank

    def replaced(self, weights: Bank) -> _State:
        """The state with these filters instead."""
        names = {name: choice for name, choice in weights}
        config = replace(self.config, weights={**self.config.weights, **names})
        return _State(config, {**self.bank, **weights})


class _Scorer:
    """Mean divergence of a state on fixed samples."""

    def __init__(self, graph: Graph, ranges: RangeSource, inputs: Inputs, teacher: Graph) -> None:
        self._graph, self._ranges, self._inputs = graph, ranges, inputs
        self._loss_outputs = find_loss_outputs(graph)
        self._reference = run_float(teacher, inputs, keep=head_tensors(self._loss_outputs))

    def __call__(self, state: _State) -> float:
        qgraph = quantize(self._graph, self._ranges, state.config, state.bank)
        stored = quantize_inputs(qgraph, self._inputs)
        found = run_integer(qgraph, stored, keep=head_tensors(self._loss_outputs))
        real = dequantize_outputs(qgraph, found)
        return float(divergence(self._loss_outputs, self._reference, real).mean())


class _Training:
    """The state of the descent."""

    def __init__(
        self,
        graph: Graph,
        ranges: RangeSource,
        start: _State,
        inputs: Inputs,
        settings: RefineSettings,
        teacher: Graph,
        mixes: bool,
    ) -> None:
        self._origin, self._settings = start, settings
        self._start = quantize(graph, ranges, start.config, start.bank)
        self._loss_outputs = find_loss_outputs(graph)
        self._simulation = Simulation(self._start, head_tensors(self._loss_outputs))
        self._parameters = start_parameters(graph, self._start, settings.lean)
        self._samples = len(inputs[0])
        self._steps = tuple(Adam(settings) for _ in range(3))
        self._random = np.random.default_rng(settings.seed)
        kept = teacher, self._start, inputs, head_tensors(self._loss_outputs)
        self._batches: Batches = (
            MixedBatches(*kept, settings.least_share, self._random)
            if mixes
            else PlainBatches(*kept)
        )

    def run_epoch(self, epoch: int) -> None:
        """One pass over the samples in random order; the rates fall along half a cosine."""
        size = min(self._settings.batch, self._samples)
        order = self._random.permutation(self._samples)
        starts = range(0, self._samples - size + 1, size)
        for number, start in enumerate(starts):
            share = (epoch + number / len(starts)) / self._settings.epochs
            self._step(order[start : start + size], 0.5 * (1 + float(cos(np.array(np.pi * share)))))

    def state(self) -> _State:
        """Where the descent is now."""
        return self._origin.replaced(
            as_weights(self._simulation, self._origin.config, self._parameters)
        )

    def _step(self, picked: npt.NDArray[np.int64], rate: float) -> None:
        values, answers = self._batches(picked)
        found, tape = self._simulation.forward(values, self._parameters)
        slopes = divergence_gradient(self._loss_outputs, answers, found)
        gradients = self._simulation.backward(slopes, tape)
        self._descend(gradients, rate)

    def _descend(self, gradients: TrainedParameters, rate: float) -> None:
        by_weight, by_scale, by_bias = self._steps
        weight_rates = dict.fromkeys(gradients.steps, rate * self._settings.weight_rate)
        by_weight.step(self._parameters.steps, gradients.steps, weight_rates)
        scale_rates = dict.fromkeys(gradients.log_scale, rate * self._settings.scale_rate)
        by_scale.step(self._parameters.log_scale, gradients.log_scale, scale_rates)
        bias_rates = {
            name: rate * self._settings.bias_rate * float(self._start.tensors[name].scale[0])
            for name in gradients.bias
        }
        by_bias.step(self._parameters.bias, gradients.bias, bias_rates)
