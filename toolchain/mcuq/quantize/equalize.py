"""Cross-layer equalization: even out the channels of an activation before it gets one scale.

Where a weighted operator feeds only one other, channel c of the first may be divided and of
the second multiplied by any positive factor: the float model stays what it is (a RELU between
commutes with positive factors). Nagel et al., "Data-Free Quantization" (2019), section 4.1, with
measured channel magnitudes instead of filter ranges on the activation's side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.graph import Graph, Op, Tensor
from mcuq.interpret.float import run_float
from mcuq.numeric.activation import Activation
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D
from mcuq.quantize.scale_groups import use_counts
from mcuq.quantize.weights import along_axis

Float64 = npt.NDArray[np.float64]

_LARGEST_FACTOR = 16.0


def equalize(
    graph: Graph, inputs: Sequence[npt.NDArray[Any]], *, into_convolutions: bool = False
) -> Graph:
    """The same float function with channel magnitudes evened out between neighbouring layers.

    Before a DEPTHWISE_CONV_2D, whose filters have a scale a channel, all channels reach the same
    magnitude at no cost. Before a CONV_2D they can only meet its input channels half-way: that
    serves int8 filters (half the divergence on the keyword model) and harms int4 ones.

    Args:
        graph: the float model.
        inputs: real calibration samples, one array (N, …) an input.
        into_convolutions: before CONV_2D as well.

    Returns:
        A graph with the same operators and tensor names, equal to `graph` up to float rounding.
    """
    consumers = {DEPTHWISE_CONV_2D} | ({CONV_2D} if into_convolutions else set())
    pairs = [pair for pair in _pairs(graph) if pair[1].kind in consumers]
    names = {first.output for first, _ in pairs}
    seen = run_float(graph, inputs, keep=names) if names else {}
    tensors = dict(graph.tensors)
    for first, second in pairs:
        values = np.abs(seen[first.output]).astype(np.float64)
        magnitude = values.max(axis=tuple(range(values.ndim - 1)))
        factor = _factors(magnitude, second, tensors)
        _divide_outputs(first, factor, tensors)
        _multiply_inputs(second, factor, tensors)
    return replace(graph, tensors=tensors)


def _pairs(graph: Graph) -> list[tuple[Op, Op]]:
    """(producer, only consumer) of weighted operators whose parameters are theirs alone."""
    uses = use_counts(graph)
    makers = {op.output: op for op in graph.ops}
    pairs = []
    for second in graph.ops:
        first = makers.get(second.inputs[0])
        if first is None or not _may_pair(first, second):
            continue
        own = (first.output, *first.inputs[1:], *second.inputs[1:])
        stored = first.output in graph.ranges  # belongs to the channels as they are
        if not stored and all(uses[name] == 1 for name in own):
            pairs.append((first, second))
    return pairs


def _may_pair(first: Op, second: Op) -> bool:
    activation = getattr(first.attrs, "activation", None)
    commutes = activation in (Activation.NONE, Activation.RELU)
    images = {CONV_2D, DEPTHWISE_CONV_2D}
    return commutes and first.kind.weighted and first.kind in images and second.kind in images


def _factors(magnitude: Float64, second: Op, tensors: dict[str, Tensor]) -> Float64:
    """What each channel is divided by; 1 for channels that are dead on either side."""
    reference = magnitude.max(initial=0.0)
    alive = magnitude > 0
    relative = np.where(alive, magnitude, 1.0) / (reference or 1.0)
    if second.kind is CONV_2D:
        weight = _data(tensors, second.inputs[1])
        if weight.shape[3] != magnitude.size:
            return np.ones_like(magnitude)
        largest = np.abs(weight).max(axis=(0, 1, 2)).astype(np.float64)
        alive &= largest > 0
        opposite = np.where(alive, largest, 1.0) / (largest.max(initial=0.0) or 1.0)
        relative = np.sqrt(relative / opposite)
        relative /= relative[alive].max(initial=0.0) or 1.0
    bounded = np.clip(relative, 1 / _LARGEST_FACTOR, _LARGEST_FACTOR)
    return np.where(alive, bounded, 1.0)


def _divide_outputs(op: Op, factor: Float64, tensors: dict[str, Tensor]) -> None:
    axis = 3 if op.kind is DEPTHWISE_CONV_2D else 0
    weight = _data(tensors, op.inputs[1])
    _replace(tensors, op.inputs[1], weight / along_axis(factor, weight.ndim, axis))
    if len(op.inputs) == 3:
        _replace(tensors, op.inputs[2], _data(tensors, op.inputs[2]) / factor)


def _multiply_inputs(op: Op, factor: Float64, tensors: dict[str, Tensor]) -> None:
    weight = _data(tensors, op.inputs[1])
    if op.kind is DEPTHWISE_CONV_2D:
        factor = np.repeat(factor, weight.shape[3] // factor.size)
    _replace(tensors, op.inputs[1], weight * along_axis(factor, weight.ndim, 3))


def _data(tensors: dict[str, Tensor], name: str) -> npt.NDArray[np.float32]:
    data = tensors[name].data
    assert data is not None  # filters and biases are constants
    return data


def _replace(tensors: dict[str, Tensor], name: str, data: npt.NDArray[Any]) -> None:
    tensors[name] = replace(tensors[name], data=data.astype(np.float32))
