"""The descent: batches of samples, gradients through the simulation, a step of each parameter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from mcuq.graph import Graph
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import dequantize_outputs, quantize_inputs
from mcuq.numeric import weight_limits
from mcuq.numeric.element import Element
from mcuq.numeric.elementary import cos
from mcuq.ops.operator import Values as Array
from mcuq.ptq.blending import blended
from mcuq.ptq.refine.adam import Adam
from mcuq.ptq.refine.grids import trained_grids
from mcuq.ptq.refine.loss import divergence_gradient
from mcuq.ptq.refine.parameters import TrainedParameters
from mcuq.ptq.refine.settings import RefineSettings
from mcuq.ptq.refine.simulation import Simulation
from mcuq.ptq.refine.start import as_weights, start_parameters
from mcuq.ptq.refine.state import Inputs, State
from mcuq.quantized.qgraph import QuantizedGraph
from mcuq.score.loss import find_loss_outputs, head_tensors

_EDGE = 0.49
"""Steps. How far beyond the outermost integers a weight may go: it can come back at once."""


class Training:
    """The state of the descent.

    Args:
        graph: the float model.
        start: where it begins.
        inputs: samples, (N, …) for each input.
        settings: how long and how fast.
    """

    def __init__(
        self, graph: Graph, start: State, inputs: Inputs, settings: RefineSettings
    ) -> None:
        self._graph, self._origin, self._settings = graph, start, settings
        self._start = start.quantized(graph)
        self._loss_outputs = find_loss_outputs(graph)
        self._heads = head_tensors(self._loss_outputs)
        self._grids = trained_grids(graph, start.ranges, start.config)
        self._simulation = Simulation(self._start, self._heads, self._grids)
        self._parameters = start_parameters(graph, self._start, settings.lean, self._grids)
        self._reference = run_float(graph, inputs, keep=self._heads)
        self._stored = quantize_inputs(self._start, inputs)
        self._samples = len(inputs[0])
        self._steps = tuple(Adam(settings) for _ in range(4))
        self._random = np.random.default_rng(settings.seed)
        are_real = all(graph.tensors[name].element is Element.REAL for name in graph.inputs)
        self._blended = settings.blended and are_real

    @property
    def parameters(self) -> TrainedParameters:
        """As they are now."""
        return self._parameters

    def run_epoch(self, epoch: int) -> None:
        """One pass over the samples in random order; the rates fall along half a cosine."""
        size = min(self._settings.batch, self._samples)
        order = self._random.permutation(self._samples)
        starts = range(0, self._samples - size + 1, size)
        for number, start in enumerate(starts):
            share = (epoch + number / len(starts)) / self._settings.epochs
            self._step(order[start : start + size], 0.5 * (1 + float(cos(np.array(np.pi * share)))))

    def state(self) -> State:
        """Where the descent is now."""
        weights = as_weights(self._simulation, self._origin.config, self._parameters)
        found = self._origin.replaced(
            weights, self._grids.ranges(self._start, self._parameters.log_step)
        )
        # What a range may not be, by its operator or the activation behind it, has been mended.
        self._parameters.log_step.update(self._grids.log_steps(found.quantized(self._graph)))
        return found

    def _step(self, picked: npt.NDArray[np.int64], rate: float) -> None:
        stored, reference = self._batch(picked)
        found, tape = self._simulation.forward(_as_real(self._start, stored), self._parameters)
        slopes = divergence_gradient(self._loss_outputs, reference, found)
        self._descend(self._simulation.backward(slopes, tape), rate)

    def _batch(
        self, picked: npt.NDArray[np.int64]
    ) -> tuple[list[npt.NDArray[np.integer]], dict[str, Array]]:
        """Inputs as the device is given them, and what the float model says to them."""
        stored = [array[picked] for array in self._stored]
        reference = {name: array[picked] for name, array in self._reference.items()}
        if not self._blended:
            return stored, reference
        mixed, changed = blended(_real_inputs(self._start, stored), self._random)
        stored = quantize_inputs(self._start, mixed)
        if changed.any():
            asked = [x[changed] for x in _real_inputs(self._start, stored)]
            for name, told in run_float(self._graph, asked, keep=self._heads).items():
                reference[name][changed] = told
        return stored, reference

    def _descend(self, gradients: TrainedParameters, rate: float) -> None:
        settings, parameters = self._settings, self._parameters
        by_weight, by_scale, by_bias, by_range = self._steps
        weight_rates = dict.fromkeys(gradients.steps, rate * settings.weight_rate)
        by_weight.step(parameters.steps, gradients.steps, weight_rates)
        for name, steps in parameters.steps.items():
            low, high = weight_limits(self._start.tensors[name].bits)
            np.clip(steps, low - _EDGE, high + _EDGE, out=steps)
        scale_rates = dict.fromkeys(gradients.log_scale, rate * settings.scale_rate)
        by_scale.step(parameters.log_scale, gradients.log_scale, scale_rates)
        bias_rates = {
            name: rate * settings.bias_rate * float(self._start.tensors[name].scale[0])
            for name in gradients.bias
        }
        by_bias.step(parameters.bias, gradients.bias, bias_rates)
        range_rates = dict.fromkeys(gradients.log_step, rate * settings.range_rate)
        by_range.step(parameters.log_step, gradients.log_step, range_rates)


def _real_inputs(
    qgraph: QuantizedGraph, stored: Sequence[npt.NDArray[np.integer]]
) -> list[npt.NDArray[np.float32]]:
    """Inputs as the device is given them, in real numbers, (N, …)."""
    real = dequantize_outputs(qgraph, dict(zip(qgraph.inputs, stored, strict=True)))
    return [real[name] for name in qgraph.inputs]


def _as_real(
    qgraph: QuantizedGraph, stored: Sequence[npt.NDArray[np.integer]]
) -> Mapping[str, Array]:
    """The same by name, (N, *shape)."""
    real = zip(qgraph.inputs, _real_inputs(qgraph, stored), strict=True)
    return {name: x.reshape(len(x), *qgraph.tensors[name].shape) for name, x in real}
