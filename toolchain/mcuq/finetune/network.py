"""The model as TensorFlow variables, with quantization simulated where it will happen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import tensorflow as tf

from mcuq.finetune.operators import run
from mcuq.finetune.plan import TrainingPlan
from mcuq.finetune.tuned import Tuned, TunedFilter, snapped
from mcuq.finetune.units import LOG_UNIT, parameter_units
from mcuq.graph import Graph, Op
from mcuq.numeric import INT8_MAX, INT8_MIN, weight_limits
from mcuq.quantize.weights import along_axis

# TensorFlow has no types of its own.
Array = Any


class Network:
    """Trainable filters and biases, in their units, and the logarithms of all scales.

    Rounding passes gradients straight through, clipping stops those of activations; a scale's
    gradient then is that of learned step sizes: (rounded - exact) inside the grid, its ends outside
    (Esser et al., "Learned step size quantization", 2020, eq. 3). A weight's gradient passes
    clipping, too: int2 has one value above 0, so that many weights lie at an end of their grid, and
    one that a step carried over it could never come back.
    """

    def __init__(self, plan: TrainingPlan) -> None:
        self._plan = plan
        self._units = parameter_units(plan)
        self._parameters = {
            name: tf.Variable(np.asarray(plan.graph.tensors[name].data) / unit)
            for name, unit in self._units.items()
        }
        self._filter_logs = {
            name: tf.Variable(np.log(_shaped(plan, name, grid.scale)) / LOG_UNIT)
            for name, grid in plan.filters.items()
        }
        groups = dict.fromkeys(plan.representative[name] for name in sorted(plan.rounded))
        self._group_logs = {
            name: tf.Variable(np.log(plan.grids[name].scale) / LOG_UNIT) for name in groups
        }

    @property
    def variables(self) -> list[Array]:
        """All that is trained."""
        parts = (self._parameters, self._filter_logs, self._group_logs)
        return [variable for part in parts for variable in part.values()]

    @property
    def fewest_bits(self) -> int:
        """Of any filter."""
        return min((grid.bits for grid in self._plan.filters.values()), default=8)

    def __call__(self, inputs: Sequence[Array], wanted: Sequence[str]) -> list[Array]:
        """Values of the tensors `wanted` under simulated quantization, (N, …) each."""
        graph = self._plan.graph
        values: dict[str, Array] = {}
        for name, x in zip(graph.inputs, inputs, strict=True):
            values[name] = self._rounded(name, x)
        for op in graph.ops:
            operands = [self._operand(values, op, name) for name in op.inputs]
            values[op.output] = self._rounded(op.output, run(op.kind, op.attrs, operands))
        return [values[name] for name in wanted]

    def _operand(self, values: Mapping[str, Array], op: Op, name: str) -> Array:
        if name in values:
            return values[name]
        if op.kind.weighted:
            return self._filter(name) if name == op.inputs[1] else self._parameter(name)
        return self._rounded(name, tf.constant(self._plan.graph.tensors[name].data))

    def _parameter(self, name: str) -> Array:
        return self._parameters[name] * self._units[name]

    def _filter(self, name: str) -> Array:
        low, high = weight_limits(self._plan.filters[name].bits)
        scale, exact = _scale(self._filter_logs[name]), self._parameter(name)
        held = tf.stop_gradient(exact)
        return round_to_grid(held, scale, 0, low, high) + (exact - held)

    def _rounded(self, name: str, x: Array) -> Array:
        if name not in self._plan.rounded:
            return x
        group = self._plan.representative[name]
        zero_point = self._plan.grids[group].zero_point
        return round_to_grid(x, _scale(self._group_logs[group]), zero_point, INT8_MIN, INT8_MAX)

    def tuned(self, original: Graph) -> Tuned:
        """The present state, its filters on their grids."""
        filters = {
            name: TunedFilter(grid.bits, _scale(self._filter_logs[name]).numpy().reshape(-1))
            for name, grid in self._plan.filters.items()
        }
        kinds = {op.inputs[1]: op.kind for op in original.ops if op.kind.weighted}
        data = {name: self._parameter(name).numpy() for name in self._parameters}
        data |= {name: snapped(data[name], kinds[name], filters[name]) for name in filters}
        tensors = {
            name: replace(tensor, data=data.get(name, tensor.data))
            for name, tensor in original.tensors.items()
        }
        scales = {name: float(_scale(log)) for name, log in self._group_logs.items()}
        ranges = self._plan.ranges(original.activations, scales)
        return Tuned(replace(original, tensors=tensors), filters, ranges, self._plan.activations)


def round_to_grid(x: Array, scale: Array, zero_point: int, low: int, high: int) -> Array:
    steps = tf.clip_by_value(x / scale, float(low - zero_point), float(high - zero_point))
    return (steps + tf.stop_gradient(tf.round(steps) - steps)) * scale


def _scale(log: Array) -> Array:
    return tf.exp(log * LOG_UNIT)


def _shaped(plan: TrainingPlan, name: str, scale: Array) -> Array:
    return along_axis(scale, len(plan.graph.tensors[name].shape), plan.axes[name])
