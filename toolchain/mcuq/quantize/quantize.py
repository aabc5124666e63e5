"""Float graph + ranges + configuration → integers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from mcuq.graph import Graph, Op
from mcuq.numeric import BIAS_LIMIT, quantize_bias, quantize_values
from mcuq.numeric.element import Element
from mcuq.numeric.tensor import AffineParams, QuantizedTensor, exact
from mcuq.quantize.activations import RangeSource, activation_params, own_spans
from mcuq.quantize.config import Config, WeightChoice
from mcuq.quantize.int16 import check_int16, check_width, spelled_out
from mcuq.quantize.limits import largest_dead_ratio, without_far_bounds
from mcuq.quantize.masks import with_near_masks
from mcuq.quantize.mixed_width import int16_group, joined
from mcuq.quantize.scale_groups import ScaleGroups, share_activations, use_counts
from mcuq.quantize.weights import (
    Bank,
    QuantizedWeight,
    along_axis,
    channel_axis,
    quantize_weight,
    round_to_scale,
)
from mcuq.quantized.qgraph import QuantizedGraph, stored_states


def quantize(
    graph: Graph, ranges: RangeSource, config: Config | None = None, bank: Bank | None = None
) -> QuantizedGraph:
    """Quantize a float graph: int8 or int16 activations, int8 or int4 filters, integer biases.

    Args:
        graph: the float model.
        ranges: calibrated range of every activation under every observer that `config` names.
        config: choices by tensor; None takes int8 min-max throughout.
        bank: precomputed filters; choices that it lacks are computed here.

    Returns:
        The integer model; its operators are the float ones, plus rescaling ones where a
        CONCATENATION, MINIMUM or MAXIMUM joins values of different prescribed scales, or of much
        different ranges; with int16 activations a HARD_SWISH is three operators.

    Raises:
        InputError: a range is not finite, or a filter is not constant.
        UsageError: `config` names a method that is neither built in nor in the bank, or a width
            of activations that does not exist, or not for an operator.
    """
    config = config or Config()
    check_width(config.activation_bits)
    graph, ranges = with_near_masks(graph, ranges, config)
    if config.wide and config.activation_bits == 8:
        return _with_mixed_width(graph, ranges, config, bank)
    if config.activation_bits == 16:
        check_int16(spelled_out(graph).graph.ops)
    return _quantize(graph, ranges, config, bank)


def _with_mixed_width(
    graph: Graph, ranges: RangeSource, config: Config, bank: Bank | None
) -> QuantizedGraph:
    """Both widths throughout, then for each activation the one that it shall have."""
    chosen = int16_group(_scale_groups(graph, ranges, config, 8), config.wide)
    narrow = _quantize(graph, ranges, config, bank)
    wide = _quantize(graph, ranges, replace(config, activation_bits=16), bank)
    return joined(narrow, wide, chosen)


def _quantize(
    graph: Graph, ranges: RangeSource, config: Config, bank: Bank | None
) -> QuantizedGraph:
    bits = config.activation_bits
    scale_groups = _scale_groups(graph, ranges, config, bits)
    params = activation_params(scale_groups, ranges, config)
    tensors = {
        name: _activation(scale_groups.graph, name, affine, bits) for name, affine in params.items()
    }
    tensors |= {
        name: exact(name, tensor.shape, tensor.element, tensor.data)
        for name, tensor in scale_groups.graph.tensors.items()
        if tensor.element is not Element.REAL
    }
    ops = []
    uses = use_counts(scale_groups.graph)
    weights = _filters(scale_groups, params, config, bank, uses)
    for op in scale_groups.graph.ops:
        if op.kind.weighted:
            name = op.inputs[1]
            tensors[name] = _filter_tensor(op, weights[name], config.weight(name))
            op = _with_bias(op, scale_groups.graph, tensors, weights[name], uses)
        ops.append(without_far_bounds(op, tensors[op.output].scale[0]))
    states = stored_states(scale_groups.graph.states, tensors)
    return QuantizedGraph(graph.name, tensors, tuple(ops), graph.inputs, graph.outputs, states)


def _scale_groups(graph: Graph, ranges: RangeSource, config: Config, bits: int) -> ScaleGroups:
    return share_activations(graph, bits, own_spans(graph, ranges, config))


def _activation(graph: Graph, name: str, affine: AffineParams, bits: int) -> QuantizedTensor:
    tensor = graph.tensors[name]
    data = None
    if tensor.data is not None:
        data = quantize_values(tensor.data, affine.scale, affine.zero_point, bits)
    scale = np.array([affine.scale], np.float32)
    return QuantizedTensor(name, tensor.shape, bits, scale, affine.zero_point, None, data)


def _filters(
    scale_groups: ScaleGroups,
    params: dict[str, AffineParams],
    config: Config,
    bank: Bank | None,
    uses: Mapping[str, int],
) -> dict[str, QuantizedWeight]:
    graph = scale_groups.graph
    found: dict[str, QuantizedWeight] = {}
    for op in graph.ops:
        if not op.kind.weighted:
            continue
        name = op.inputs[1]
        choice = config.weight(name)
        axis = channel_axis(op.kind, choice.per)
        data = graph.tensors[name].data
        assert data is not None  # activation_params has checked it
        if name not in found:
            found[name] = quantize_weight(name, data, choice, axis, bank)
            if uses[name] > 1:
                found[name] = replace(found[name], bias=None)
        bias = _real_bias(op, graph, found[name])
        scale = params[op.inputs[0]].scale
        weight = _with_near_scales(found[name], scale, params[op.output].scale, axis, config)
        found[name] = _with_room_for_bias(weight, bias, scale, choice, axis)
    return found


def _real_bias(op: Op, graph: Graph, weight: QuantizedWeight) -> npt.NDArray[np.floating] | None:
    if weight.bias is not None or len(op.inputs) < 3:
        return weight.bias
    return graph.tensors[op.inputs[2]].data


def _with_near_scales(
    weight: QuantizedWeight,
    input_scale: np.float32,
    output_scale: np.float32,
    axis: int | None,
    config: Config,
) -> QuantizedWeight:
    """Scales of dead channels that are not too far from the output's: any will do for zeros."""
    largest = largest_dead_ratio(config.activation_bits) * float(output_scale) / float(input_scale)
    if not (weight.scale > largest).any():
        return weight
    others = tuple(i for i in range(weight.values.ndim) if i != axis)
    dead = ~np.atleast_1d(weight.values.any(axis=others))
    near = np.maximum(np.float32(largest), np.finfo(np.float32).tiny)
    return replace(weight, scale=np.where(dead, np.minimum(weight.scale, near), weight.scale))


def _with_room_for_bias(
    weight: QuantizedWeight,
    bias: npt.NDArray[np.floating] | None,
    input_scale: np.float32,
    choice: WeightChoice,
    axis: int | None,
) -> QuantizedWeight:
    """Coarsen the scales of filters so tiny that the bias, or its scale, would have no room.

    The bias has to fit int32, its scale, input scale × filter scale, to be a normal float32.
    """
    if bias is None:
        return weight
    needed = np.abs(bias.astype(np.float64)) / (float(input_scale) * BIAS_LIMIT)
    needed = np.maximum(needed, float(np.finfo(np.float32).tiny) / float(input_scale))
    if weight.scale.size == 1:
        needed = np.atleast_1d(needed.max(initial=0.0))
    if not (needed > weight.scale).any():
        return weight
    # A float32 may round down below what is needed; one step up is enough.
    scale = np.maximum(weight.scale, np.nextafter(needed.astype(np.float32), np.float32(np.inf)))
    ratio = weight.scale.astype(np.float64) / scale
    one = np.ones_like(ratio)
    real = weight.values * along_axis(ratio, weight.values.ndim, axis)
    values = round_to_scale(real, one, choice.bits, axis, choice.narrow)
    return replace(weight, values=values, scale=scale)


def _filter_tensor(op: Op, weight: QuantizedWeight, choice: WeightChoice) -> QuantizedTensor:
    axis = channel_axis(op.kind, choice.per) if weight.scale.size > 1 else None
    return QuantizedTensor(
        op.inputs[1],
        weight.values.shape,
        choice.bits,
        weight.scale,
        0,
        axis,
        weight.values,
        narrow=choice.narrow,
    )


def _with_bias(
    op: Op,
    graph: Graph,
    tensors: dict[str, QuantizedTensor],
    weight: QuantizedWeight,
    uses: Mapping[str, int],
) -> Op:
    """The operator with its own int32 bias tensor; absent where the float one has none."""
    real = _real_bias(op, graph, weight)
    if real is None:
        return op
    shared = len(op.inputs) < 3 or uses[op.inputs[2]] > 1
    name = f"{op.output}#bias" if shared else op.inputs[2]
    scale = tensors[op.inputs[0]].scale * weight.scale
    axis = 0 if scale.size > 1 else None
    # TFLite's 16x8 operators take int64 biases; the values fit int32 all the same.
    bits = 64 if tensors[op.inputs[0]].bits == 16 else 32
    stored = quantize_bias(real, scale).astype(f"int{bits}")
    tensors[name] = QuantizedTensor(name, real.shape, bits, scale, 0, axis, stored)
    return replace(op, inputs=(*op.inputs[:2], name))
