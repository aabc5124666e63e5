"""Layers in which some channels are what training leaves behind, or what nobody expects."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np
from hypothesis import strategies as st
from kernel_weighted import Weighted, layers

from mcuq.lower.channels import reachable
from mcuq.lower.reach import requantization_of
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.numeric.widths import TERNARY, weight_limits
from mcuq.ops.operator import AnyOperator
from mcuq.ops.weighted import DEPTHWISE_CONV_2D
from mcuq.quantized.qgraph import QuantizedGraph

KINDS = (
    "ordinary",
    "zero",
    "tiny",
    "huge bias",
    "tiny with huge bias",
    "constant",
    "duplicate",
    "outlier",
    "steep",
    "steeper",
    "lowest",
)
WIDTHS = (8, 4, 2, TERNARY)


@st.composite
def odd_layers(draw: st.DrawFn, kind: AnyOperator) -> Weighted:
    """A layer of `kind` with odd channels at random places, any width."""
    case = draw(layers(kind, simple=True))
    outputs = case.output_shape[-1]
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=outputs, max_size=outputs))
    return with_odd_channels(case, kinds, draw(st.sampled_from(WIDTHS)))


def with_odd_channels(case: Weighted, kinds: list[str], bits: int) -> Weighted:
    """`kinds` names what becomes of each output channel."""
    depthwise = case.graph.ops[0].kind is DEPTHWISE_CONV_2D
    low, high = weight_limits(bits)
    axis = 3 if depthwise else 0
    rows = np.clip(np.moveaxis(case.weight_values, axis, 0), low, high).copy()
    per_channel = case.weight.axis is not None
    scales = np.broadcast_to(case.weight.scale, (len(rows),)).astype(np.float32).copy()
    bias = case.bias.copy()
    for i, kind in enumerate(kinds):
        _change(kind, i, rows, scales if per_channel else scales.copy(), bias, bits)
    data = np.ascontiguousarray(np.moveaxis(rows, 0, axis))
    weight = replace(case.weight, bits=bits, data=data)
    if per_channel:
        weight = replace(weight, scale=scales)
    return _tame(case, weight, bias)


def _change(
    kind: str, i: int, rows: np.ndarray, scales: np.ndarray, bias: np.ndarray, bits: int
) -> None:
    low, high = weight_limits(bits)
    if kind == "zero":
        rows[i] = 0
    if kind.startswith("tiny"):
        rows[i] = 0 if i % 2 else rows[i]
        scales[i] *= np.float32(1e-30 if i % 3 else 1e-7)
    if kind.endswith("huge bias"):
        bias[i] = (1 - 2 * (i % 2)) * ((1 << 30) - 1 - i)
    if kind == "constant":
        rows[i] = high
    if kind == "duplicate":
        rows[i], scales[i], bias[i] = rows[0], scales[0], bias[0]
    if kind == "outlier":
        rows[i] = 0
        rows[i].flat[-1] = high
        scales[i] *= np.float32(50)
    if kind.startswith("steep"):
        scales[i] *= np.float32(3e3 if kind == "steep" else 1e9)
        bias[i] = i - 2
    if kind == "lowest":
        rows[i] = -128 if bits == 8 else low


def _tame(case: Weighted, weight: QuantizedTensor, bias: np.ndarray) -> Weighted:
    """The layer, its scales and biases lowered where TFLite Micro's own sums would overflow."""
    for _ in range(80):
        layer = _layer(case, weight, bias)
        wild = _overflows(layer)
        if not wild.any():
            return layer
        heavy = wild & (np.abs(bias) > 1 << 20)
        bias = np.where(heavy, bias // 2, bias).astype(np.int32)
        if len(weight.scale) == len(bias):
            scale = np.where(wild & ~heavy, weight.scale / 2, weight.scale).astype(np.float32)
            weight = replace(weight, scale=scale)
        elif (wild & ~heavy).any():
            weight = replace(weight, scale=(weight.scale / 2).astype(np.float32))
    raise AssertionError("a layer that cannot be tamed")


def _layer(case: Weighted, weight: QuantizedTensor, bias: np.ndarray) -> Weighted:
    tensors = dict(case.graph.tensors)
    scale = (tensors["x0"].scale * weight.scale).astype(np.float32)
    tensors["w"] = weight
    tensors["b"] = replace(tensors["b"], scale=scale, data=bias)
    graph = QuantizedGraph("case", tensors, case.graph.ops, case.graph.inputs, case.graph.outputs)
    return Weighted(graph, case.input)


def _overflows(case: Weighted) -> np.ndarray:
    op = case.graph.ops[0]
    depthwise = op.kind is DEPTHWISE_CONV_2D
    values = case.weight_values
    rows = values.reshape(-1, values.shape[3]).T if depthwise else values
    folding = requantization_of(case.graph, op, {})
    sums = reachable(rows, folding, depthwise=depthwise)
    room = (1 << 31) >> np.maximum(folding.shifts.astype(np.int64), 0)
    return cast(np.ndarray, (sums.low < -room) | (sums.high >= room))
