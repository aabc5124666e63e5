"""SVDF as TensorFlow Lite has it, with the memory of its features as a state of its own.

A layer of low rank over time (P. Nakkiran et al., "Compressing Deep Neural Networks using a
Rank-Constrained Topology", 2015): filter f keeps its last M features,

    feature_f(t) = Σ input(t) × weights_feature_f
    output_u(t) = bias_u + Σ weights_time_f × feature_f over unit u's filters f and over time

Models of real numbers have it as plain layers, each with a scale of its own
(`importers.tflite.recurrent`); here are the integers of files that are kept as they are. The
arithmetic is that of TensorFlow Lite Micro's reference kernel (`svdf_common.cc`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mcuq.numeric import integer_limits, multiply_by_quantized_multiplier, quantize_multiplier
from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import Attrs
from mcuq.ops.operator import (
    NO_DYNAMIC,
    NoForm,
    Operator,
    OutputScale,
    QuantizedOp,
    RangeGuard,
    Shape,
    Values,
    keeping,
    single,
)

INPUT, FEATURE, TIME, BIAS, STATE = range(5)
"""Operands."""


@dataclass(frozen=True)
class SvdfAttrs(Attrs):
    """SVDF.

    Attributes:
        rank: filters of a unit.
        activation: as the file says it. Integer kernels leave it to the output's zero point.
    """

    rank: int
    activation: Activation = Activation.NONE


@dataclass(frozen=True)
class SvdfParams:
    """SVDF: the factors of a feature and of an output; both zero points are taken off first."""

    input_offset: int
    state_zero_point: int
    output_offset: int
    feature_multiplier: int
    feature_shift: int
    multiplier: int
    shift: int


def _shape(attrs: SvdfAttrs, inputs: Sequence[Shape]) -> Shape:
    source, feature, time, bias, state = inputs
    if len(source) != 2 or source[0] != 1 or len(feature) != 2 or len(time) != 2:
        raise ValueError(f"an input of {source} meets filters of {feature} and {time}")
    filters, memory = time
    if feature != (filters, source[1]) or state != (1, filters * memory):
        raise ValueError(f"filters of {feature} and {time} do not fit {source} and {state}")
    if attrs.rank < 1 or filters % attrs.rank:
        raise ValueError(f"{filters} filters are no units of rank {attrs.rank}")
    if bias != (filters // attrs.rank,):
        raise ValueError(f"a bias of {bias} is not that of {filters // attrs.rank} units")
    return (1, filters // attrs.rank)


def _params(op: QuantizedOp[SvdfAttrs]) -> SvdfParams:
    source, feature, time, _, state = op.inputs
    kept = float(single(state))
    of_feature = float(single(source)) * float(single(feature)) / kept
    of_output = kept * float(single(time)) / float(single(op.output))
    return SvdfParams(
        -source.zero_point,
        state.zero_point,
        op.output.zero_point,
        *quantize_multiplier(of_feature),
        *quantize_multiplier(of_output),
    )


def _step(op: QuantizedOp[SvdfAttrs], p: SvdfParams, inputs: list[Values]) -> tuple[Values, Values]:
    """Sums over time may leave int32: there they wrap, as TensorFlow Lite Micro's do."""
    feature, time = op.constant(FEATURE), op.constant(TIME).astype(np.int64)
    kept = op.inputs[STATE]
    state = np.roll(inputs[STATE].reshape(-1, *time.shape), -1, axis=2).astype(kept.dtype)
    rows = inputs[INPUT].reshape(len(state), -1).astype(np.int64) + p.input_offset
    features = multiply_by_quantized_multiplier(
        rows @ feature.T.astype(np.int64), p.feature_multiplier, p.feature_shift
    )
    newest = np.clip(features, *integer_limits(kept.bits)) + p.state_zero_point
    state[..., -1] = newest.astype(kept.dtype)
    along = (time * (state.astype(np.int64) - p.state_zero_point)).sum(axis=2)
    sums = along.reshape(len(state), -1, op.attrs.rank).sum(axis=2) + op.constant(BIAS)
    scaled = multiply_by_quantized_multiplier(sums.astype(np.int32), p.multiplier, p.shift)
    stored = np.clip(scaled + p.output_offset, *integer_limits(8)).astype(np.int8)
    return stored.reshape(-1, *op.output.shape), state.reshape(-1, *kept.shape)


def _fits(op: QuantizedOp[SvdfAttrs], p: SvdfParams) -> bool:
    """A sum is shifted left before it is multiplied. One that wraps is what it is elsewhere."""
    features = np.abs(op.constant(FEATURE).astype(np.float64)).sum(axis=1).max() * 255
    time = np.abs(op.constant(TIME).astype(np.float64)).sum(axis=1)
    largest = 2.0 ** op.inputs[STATE].bits * time.reshape(-1, op.attrs.rank).sum(axis=1)
    sums = (largest + np.abs(op.constant(BIAS).astype(np.float64))).max()
    is_small = features * 2.0 ** max(p.feature_shift, 0) < 2.0**31
    return bool(is_small and (p.shift <= 0 or sums * 2.0**p.shift < 2.0**31))


_PLAIN = NoForm("a float model has it as FULLY_CONNECTED, a window over time and CONV_2D")
SVDF: Operator[SvdfAttrs, SvdfParams, SvdfParams] = Operator(
    name="SVDF",
    attrs=SvdfAttrs,
    shape=_shape,
    float_form=_PLAIN,
    gradient=_PLAIN,
    scale=OutputScale(),
    guard=RangeGuard(
        "all scales are given: a feature's sum, times its left shift, stays inside int32; sums "
        "over time wrap where they leave it"
    ),
    int8=keeping(_params, _step, _fits),
    int16=NoForm("TensorFlow Lite Micro has SVDF for int8 values, beside memories of 8 or 16 bits"),
    dynamic=NO_DYNAMIC,
    kept=1,
)
