"""The quantized model in real numbers, differentiable: integers are rounded on the way forward
and passed straight through on the way back (the straight-through estimator, Bengio et al. 2013).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.errors import UsageError
from mcuq.graph import Op
from mcuq.interpret.integer import apply_operator
from mcuq.numeric import INT8_MAX, INT8_MIN
from mcuq.numeric.element import Element
from mcuq.ops.operator import NoForm
from mcuq.ops.operator import Values as Array
from mcuq.ptq.candidates.layer import LayerShape
from mcuq.ptq.refine.grids import NO_GRIDS, Grids
from mcuq.ptq.refine.layers import apply_layer, real, step_slope
from mcuq.ptq.refine.parameters import TrainedParameters
from mcuq.quantized.op_params import op_params
from mcuq.quantized.qgraph import QuantizedGraph

Flowing = dict[str, Array]
"""Gradients by activation, on the way back."""
Tape = list[tuple[Op, Callable[[Array, TrainedParameters], list[Array]]]]
"""Operators with what turns the gradient of the output into those of the inputs, and adds those of
the parameters to what it is given."""


class Simulation:
    """A quantized graph as a function of `TrainedParameters`.

    Args:
        qgraph: shapes, activation scales, bits; its filters are not looked at.
        outputs: activations wanted.
        grids: the activations whose scales are parameters, too.
    """

    def __init__(
        self, qgraph: QuantizedGraph, outputs: tuple[str, ...], grids: Grids = NO_GRIDS
    ) -> None:
        self._qgraph = qgraph
        self._outputs = outputs
        self._grids = grids
        self._group_of = grids.group_of
        needed = set(outputs)
        self._ops: list[Op] = []
        for op in reversed(qgraph.ops):
            if op.output in needed:
                self._ops.insert(0, op)
                needed.update(op.inputs)
        self._layers = {
            op.output: LayerShape.of(qgraph, op) for op in self._ops if op.kind.weighted
        }

    @property
    def layers(self) -> Mapping[str, LayerShape]:
        """Weighted operators by output name."""
        return self._layers

    def forward(
        self, inputs: Mapping[str, Array], parameters: TrainedParameters
    ) -> tuple[dict[str, Array], Tape]:
        """Outputs (samples, *shape), and the tape for `backward`."""
        qgraph = self._grids.at(self._qgraph, parameters.log_step)
        values = dict(inputs)
        tape: Tape = []
        for op in self._ops:
            apply = self._weighted if op.kind.weighted else self._other
            values[op.output], backward = apply(qgraph, op, values, parameters)
            tape.append((op, backward))
        return {name: values[name] for name in self._outputs}, tape

    def backward(self, gradients: Mapping[str, Array], tape: Tape) -> TrainedParameters:
        """Gradients of all parameters from those of the outputs; uses up the tape."""
        flowing: Flowing = dict(gradients)
        found = TrainedParameters.none()
        while tape:
            # What an operator kept goes when its gradient is known.
            op, backward = tape.pop()
            gradient = flowing.pop(op.output, None)
            if gradient is None:
                continue
            for name, part in zip(op.inputs, backward(gradient, found), strict=False):
                flowing[name] = flowing[name] + part if name in flowing else part
        return found

    def _weighted(
        self,
        qgraph: QuantizedGraph,
        op: Op,
        values: Mapping[str, Array],
        parameters: TrainedParameters,
    ) -> tuple[Array, Callable[[Array, TrainedParameters], list[Array]]]:
        layer, x = self._layers[op.output], values[op.inputs[0]]
        value, slopes_of = apply_layer(qgraph, layer, op, x, parameters)

        def backward(gradient: Array, found: TrainedParameters) -> list[Array]:
            slopes, name = slopes_of(gradient), op.inputs[1]
            found.steps[name] = found.steps.get(name, 0.0) + slopes.steps
            found.log_scale[name] = found.log_scale.get(name, 0.0) + slopes.scale
            found.bias[op.output] = slopes.bias
            self._add_step(found, op.output, slopes.step)
            return [slopes.source]

        return value, backward

    def _other(
        self,
        qgraph: QuantizedGraph,
        op: Op,
        values: Mapping[str, Array],
        parameters: TrainedParameters,
    ) -> tuple[Array, Callable[[Array, TrainedParameters], list[Array]]]:
        """The value as int8 holds it; no gradient where it saturates."""
        form = op.kind.gradient
        if isinstance(form, NoForm):
            raise UsageError(f"{op.kind} '{op.name}' has no gradient", form.reason)
        xs = [_operand(qgraph, name, values) for name in op.inputs]
        exact, inner = form(op.attrs, xs, qgraph.tensors[op.output].shape)
        if op.kind.scale.moves:
            return exact, lambda gradient, found: inner(gradient)
        stored = apply_operator(qgraph, op, [_integers(qgraph, n, values) for n in op.inputs])
        params: Any = op_params(qgraph, op)
        result = qgraph.tensors[op.output]
        value = real(result, stored)
        lowest = getattr(params, "activation_min", INT8_MIN)
        highest = getattr(params, "activation_max", INT8_MAX)
        is_real = result.element is Element.REAL
        passed = (stored > lowest) & (stored < highest) if is_real else True

        def backward(gradient: Array, found: TrainedParameters) -> list[Array]:
            if is_real:
                slope = step_slope(gradient, value, exact.reshape(value.shape), stored, params)
                self._add_step(found, op.output, slope)
            return inner(gradient * passed)

        return value, backward

    def _add_step(self, found: TrainedParameters, output: str, slope: float) -> None:
        group = self._group_of.get(output)
        if group is not None:
            found.log_step[group] = found.log_step.get(group, 0.0) + np.array([slope])


def _operand(qgraph: QuantizedGraph, name: str, values: Mapping[str, Array]) -> Array:
    tensor = qgraph.tensors[name]
    if tensor.data is None:
        return values[name]
    return real(tensor, tensor.data)[None]


def _integers(qgraph: QuantizedGraph, name: str, values: Mapping[str, Array]) -> npt.NDArray[Any]:
    tensor = qgraph.tensors[name]
    if tensor.data is not None:
        return tensor.data[None]
    if tensor.element is not Element.REAL:
        return values[name].astype(tensor.dtype)
    steps = np.rint(values[name] / tensor.scale[0]) + tensor.zero_point
    integers: npt.NDArray[np.int8] = steps.astype(np.int8)
    return integers
