"""The quantized model in real numbers, differentiable: integers are rounded on the way forward
and passed straight through on the way back (the straight-through estimator, Bengio et al. 2013).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.content import ByContent
from mcuq.errors import UsageError
from mcuq.graph import Op
from mcuq.interpret.integer import apply_operator
from mcuq.numeric import (
    INT8_MAX,
    INT8_MIN,
    dequantize,
    quantize_bias,
    quantize_multipliers,
)
from mcuq.numeric.element import Element
from mcuq.numeric.elementary import exp
from mcuq.numeric.products import product_with_whole, whole_product
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.ops.operator import Backward, NoForm
from mcuq.ops.operator import Values as Array
from mcuq.ops.requantize import Requantizer
from mcuq.ops.weighted_params import RescaleParams
from mcuq.ops.window import scatter_windows
from mcuq.ptq.candidates.layer import LayerShape
from mcuq.quantize.weights import within_limits
from mcuq.quantized.op_params import op_params
from mcuq.quantized.qgraph import QuantizedGraph


@dataclass(eq=False)
class TrainedParameters(ByContent):
    """What is trained, by name; changed in place.

    Attributes:
        steps: filter name → its weights in units of the scale, not yet rounded.
        log_scale: filter name → log of its scales.
        bias: weighted operator's output → real bias.
    """

    steps: dict[str, Array]
    log_scale: dict[str, Array]
    bias: dict[str, Array]


class Simulation:
    """A quantized graph as a function of `TrainedParameters`.

    Args:
        qgraph: shapes, activation scales, bits; its filters are not looked at.
        outputs: activations wanted.
    """

    def __init__(self, qgraph: QuantizedGraph, outputs: tuple[str, ...]) -> None:
        self._qgraph = qgraph
        self._outputs = outputs
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
    ) -> tuple[dict[str, Array], list[tuple[Op, Backward]]]:
        """Outputs (samples, *shape), and the tape for `backward`."""
        values = dict(inputs)
        tape: list[tuple[Op, Backward]] = []
        for op in self._ops:
            value, backward = self._apply(op, values, parameters)
            if not op.kind.weighted:
                value, backward = self._stored(op, values, value, backward)
            values[op.output] = value
            tape.append((op, backward))
        return {name: values[name] for name in self._outputs}, tape

    def backward(
        self, gradients: Mapping[str, Array], tape: list[tuple[Op, Backward]]
    ) -> TrainedParameters:
        """Gradients of all parameters from those of the outputs; uses up the tape."""
        flowing = dict(gradients)
        found = TrainedParameters({}, {}, {})
        while tape:
            # What an operator kept goes when its gradient is known.
            op, backward = tape.pop()
            gradient = flowing.pop(op.output, None)
            if gradient is None:
                continue
            parts = backward(gradient)
            if op.kind.weighted:
                steps, scale, bias = parts[1:]
                name = op.inputs[1]
                found.steps[name] = found.steps.get(name, 0.0) + steps
                found.log_scale[name] = found.log_scale.get(name, 0.0) + scale
                found.bias[op.output] = bias
            for name, part in zip(
                op.inputs, parts[: 1 if op.kind.weighted else None], strict=False
            ):
                flowing[name] = flowing[name] + part if name in flowing else part
        return found

    def _apply(
        self, op: Op, values: dict[str, Array], parameters: TrainedParameters
    ) -> tuple[Array, Backward]:
        shape = self._qgraph.tensors[op.output].shape
        if op.kind.weighted:
            return self._weighted(op, values[op.inputs[0]], shape, parameters)
        xs = [self._operand(name, values) for name in op.inputs]
        form = op.kind.gradient
        if isinstance(form, NoForm):
            raise UsageError(f"{op.kind} '{op.name}' has no gradient", form.reason)
        return form(op.attrs, xs, shape)

    def _operand(self, name: str, values: dict[str, Array]) -> Array:
        tensor = self._qgraph.tensors[name]
        if tensor.data is None:
            return values[name]
        return _real(tensor, tensor.data)[None]

    def _weighted(
        self, op: Op, x: Array, shape: tuple[int, ...], parameters: TrainedParameters
    ) -> tuple[Array, Backward]:
        layer, name = self._layers[op.output], op.inputs[1]
        weight, source = self._qgraph.tensors[name], self._qgraph.tensors[op.inputs[0]]
        steps = parameters.steps[name]
        stored_steps = within_limits(np.rint(steps), weight.bits, weight.narrow)
        integers = layer.matrix(stored_steps).astype(np.float32)
        scale = exp(parameters.log_scale[name]).astype(np.float32)
        unit = source.scale[0] * scale
        row_unit = np.broadcast_to(unit, (integers.shape[0] * integers.shape[1],))
        row_unit = row_unit.reshape(*integers.shape[:2], 1)

        def patches() -> Array:
            # Made anew on the way back: they are many times as large as the input.
            return layer.patches(np.rint(x / source.scale[0]))

        params = self._rescaled(op, float(source.scale[0]) * scale.astype(np.float64))
        bias = quantize_bias(parameters.bias[op.output], unit).astype(np.int64)
        turned = integers.transpose(0, 2, 1).astype(np.float64)
        sums = whole_product(patches().astype(np.float64), turned).transpose(1, 0, 2)
        stored = Requantizer(params, bias, _bound(integers))(sums.reshape(len(sums), -1))
        passed = (stored > params.activation_min) & (stored < params.activation_max)
        out = _real(self._qgraph.tensors[op.output], stored).reshape(len(x), *shape)

        def backward(g: Array) -> list[Array]:
            rows = (g.reshape(passed.shape) * passed).reshape(-1, *integers.shape[:2])
            by_bias = rows.sum(axis=0).reshape(-1)
            rows = np.ascontiguousarray(rows.transpose(1, 0, 2))
            # d(real) / d(step) is input × scale: with integer patches, × both scales.
            by_steps = product_with_whole(rows.transpose(0, 2, 1), patches()) * row_unit
            by_scale = (by_steps * integers).sum(axis=2).reshape(-1)
            by_scale = by_scale.reshape(scale.size, -1).sum(axis=1)
            # No gradient where a weight is clipped: further out than half a step from its integer.
            by_steps = layer.filter(by_steps) * (np.abs(steps - stored_steps) <= 0.5)
            scaled = rows * (row_unit / source.scale[0]).transpose(0, 2, 1)
            by_input = product_with_whole(scaled, integers).astype(g.dtype)
            return [_unpatch(layer, by_input, x), by_steps, by_scale, by_bias]

        return out, backward

    def _rescaled(self, op: Op, unit: Array) -> RescaleParams:
        """The operator's integers for accumulators in steps of `unit`, which is not rounded."""
        params: RescaleParams = op_params(self._qgraph, op)
        real = unit / float(self._qgraph.tensors[op.output].scale[0])
        multipliers, shifts = quantize_multipliers(np.broadcast_to(real, params.multipliers.shape))
        return replace(params, multipliers=multipliers, shifts=shifts)

    def _stored(
        self, op: Op, values: dict[str, Array], real: Array, backward: Backward
    ) -> tuple[Array, Backward]:
        """The value as int8 holds it; no gradient where it saturates."""
        if op.kind.scale.moves:
            return real, backward
        operands = [self._integers(name, values) for name in op.inputs]
        stored = apply_operator(self._qgraph, op, operands)
        params: Any = op_params(self._qgraph, op)
        lowest = getattr(params, "activation_min", INT8_MIN)
        highest = getattr(params, "activation_max", INT8_MAX)
        result = self._qgraph.tensors[op.output]
        passed = (stored > lowest) & (stored < highest) if result.element is Element.REAL else True
        return _real(result, stored), lambda g: backward(g * passed)

    def _integers(self, name: str, values: dict[str, Array]) -> npt.NDArray[Any]:
        tensor = self._qgraph.tensors[name]
        if tensor.data is not None:
            return tensor.data[None]
        if tensor.element is not Element.REAL:
            return values[name].astype(tensor.dtype)
        steps = np.rint(values[name] / tensor.scale[0]) + tensor.zero_point
        integers: npt.NDArray[np.int8] = steps.astype(np.int8)
        return integers


def _real(tensor: QuantizedTensor, stored: npt.NDArray[np.integer]) -> Array:
    return dequantize(stored, np.float32(tensor.scale[0]), tensor.zero_point)


def _unpatch(layer: LayerShape, gradient: Array, x: Array) -> npt.NDArray[Any]:
    """Adjoint of `LayerShape.patches`."""
    if layer.window is None:
        return gradient.reshape(x.shape)
    size = (layer.weight_shape[1], layer.weight_shape[2])
    images = (x.size // (x.shape[-1] * x.shape[-2] * x.shape[-3]), *x.shape[-3:])
    depth = layer.channels // layer.groups
    parts = gradient.reshape(layer.groups, images[0], *layer.out, *size, depth)
    ordered = parts.transpose(1, 2, 3, 0, 6, 4, 5).reshape(
        images[0], *layer.out, layer.channels, *size
    )
    return scatter_windows(ordered, images, size, layer.window).reshape(x.shape)


def _bound(integers: Array) -> npt.NDArray[np.float64]:
    """Largest |accumulator| of each channel."""
    bound: npt.NDArray[np.float64] = 255.0 * np.abs(integers).sum(axis=2, dtype=np.float64).ravel()
    return bound
