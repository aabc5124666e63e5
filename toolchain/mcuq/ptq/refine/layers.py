"""Weighted operators of the simulation: integers on the way forward, real slopes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.content import ByContent
from mcuq.graph import Op
from mcuq.numeric import INT8_MAX, INT8_MIN, dequantize, quantize_bias, quantize_multipliers
from mcuq.numeric.elementary import exp
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.ops.operator import Values as Array
from mcuq.ops.requantize import Requantizer
from mcuq.ops.weighted_params import RescaleParams
from mcuq.ptq.candidates.layer import LayerShape
from mcuq.ptq.refine.depthwise import depthwise_slopes, depthwise_sums
from mcuq.ptq.refine.matrices import matrix_slopes, matrix_sums
from mcuq.ptq.refine.parameters import TrainedParameters, stored_steps
from mcuq.quantized.op_params import op_params
from mcuq.quantized.qgraph import QuantizedGraph


@dataclass(frozen=True, eq=False)
class LayerSlopes(ByContent):
    """Gradients of a weighted operator.

    Attributes:
        source: of its input.
        steps, scale, bias: of its filter's weights and log scales, and of its bias.
        step: of the log of its output's scale.
    """

    source: Array
    steps: Array
    scale: Array
    bias: Array
    step: float


def apply_layer(
    qgraph: QuantizedGraph, layer: LayerShape, op: Op, x: Array, parameters: TrainedParameters
) -> tuple[Array, Callable[[Array], LayerSlopes]]:
    """Its output as int8 holds it, in real numbers (N, *shape), and its gradients.

    Args:
        qgraph: with the activations' scales as they are now.
        layer: the operator's shapes.
        op: the operator.
        x: its input, (N, *shape).
        parameters: as they are now.
    """
    name, result = op.inputs[1], qgraph.tensors[op.output]
    weight, source = qgraph.tensors[name], qgraph.tensors[op.inputs[0]]
    steps = layer.matrix(parameters.steps[name])
    integers = stored_steps(steps, weight.bits).astype(np.float32)
    scale = exp(parameters.log_scale[name]).astype(np.float32)
    unit = source.scale[0] * scale
    row_unit = np.broadcast_to(unit, (steps.shape[0] * steps.shape[1],))
    row_unit = row_unit.reshape(*steps.shape[:2], 1)

    stored_input = np.rint(x / source.scale[0])
    find_sums, find_slopes = (
        (depthwise_sums, depthwise_slopes) if layer.depthwise else (matrix_sums, matrix_slopes)
    )
    params = _rescaled(qgraph, op, float(source.scale[0]) * scale.astype(np.float64))
    bias = quantize_bias(parameters.bias[op.output], unit).astype(np.int64)
    sums = find_sums(layer, stored_input, integers)
    stored = Requantizer(params, bias, _bound(integers))(sums)
    passed = (stored > params.activation_min) & (stored < params.activation_max)
    out = real(result, stored).reshape(len(x), *result.shape)

    def backward(g: Array) -> LayerSlopes:
        rows = g.reshape(passed.shape)
        exact = ((sums + bias) * unit).astype(np.float32)
        by_step = step_slope(rows, real(result, stored), exact, stored, params)
        rows = (rows * passed).reshape(len(x), -1, *steps.shape[:2])
        by_bias = rows.sum(axis=(0, 1)).reshape(-1)
        by_steps, by_input = find_slopes(
            layer, stored_input, integers, rows, row_unit / source.scale[0]
        )
        # d(real) / d(step) is input × scale: with integer inputs, × both scales.
        by_steps *= row_unit
        by_scale = (by_steps * integers).sum(axis=2).reshape(-1)
        by_scale = by_scale.reshape(scale.size, -1).sum(axis=1)
        return LayerSlopes(by_input, layer.filter(by_steps), by_scale, by_bias, by_step)

    return out, backward


def step_slope(
    gradient: Array, value: Array, exact: Array, stored: npt.NDArray[Any], params: Any
) -> float:
    """d loss / d log s of a value s · (clip(round(x / s) + z) - z), of learned step sizes (Esser et
    al., 2020): value - x inside the grid, the value itself where it ends, 0 at a fused activation's
    bound, which no scale moves.

    Args:
        gradient: d loss / d value.
        value: as it is stored.
        exact: x.
        stored: its integers.
        params: the operator's, which has the bounds of its fused activation.
    """
    low = getattr(params, "activation_min", INT8_MIN)
    high = getattr(params, "activation_max", INT8_MAX)
    slope = value - exact * ((stored > low) & (stored < high))
    if low > INT8_MIN:
        slope[stored <= low] = 0.0
    if high < INT8_MAX:
        slope[stored >= high] = 0.0
    return float((gradient * slope).sum(dtype=np.float64))


def real(tensor: QuantizedTensor, stored: npt.NDArray[np.integer]) -> Array:
    """What an activation's integers stand for."""
    return dequantize(stored, np.float32(tensor.scale[0]), tensor.zero_point)


def _rescaled(qgraph: QuantizedGraph, op: Op, unit: Array) -> RescaleParams:
    """The operator's integers for accumulators in steps of `unit`, which is not rounded."""
    params: RescaleParams = op_params(qgraph, op)
    factor = unit / float(qgraph.tensors[op.output].scale[0])
    multipliers, shifts = quantize_multipliers(np.broadcast_to(factor, params.multipliers.shape))
    return replace(params, multipliers=multipliers, shifts=shifts)


def _bound(integers: Array) -> npt.NDArray[np.float64]:
    """Largest |accumulator| of each channel."""
    bound: npt.NDArray[np.float64] = 255.0 * np.abs(integers).sum(axis=2, dtype=np.float64).ravel()
    return bound
