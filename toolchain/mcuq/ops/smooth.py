"""Functions that TensorFlow Lite Micro lacks: GELU, ERF, SOFTPLUS, MISH, SILU and others.

int8 looks each up once, where the chain of operators that it stands for would round at every step.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mcuq.numeric.elementary import erf, exp, expit, softplus, tanh
from mcuq.ops.attrs import Attrs, NoAttrs
from mcuq.ops.lookup import multiplied_table
from mcuq.ops.operator import Values
from mcuq.ops.tabulated import tabulated

_ROOT_HALF = math.sqrt(0.5)
GELU_SLOPE = math.sqrt(2 / math.pi)
GELU_CUBE = 0.044715
"""GELU by TANH: x / 2 × (1 + tanh(slope × (x + cube × x³)))."""


@dataclass(frozen=True)
class GeluAttrs(Attrs):
    """GELU: by TANH, or x × Φ(x) with the normal distribution Φ itself."""

    approximate: bool = False


def _inner(x: Values) -> Values:
    cubed: Values = GELU_SLOPE * (x + GELU_CUBE * x * x * x)
    return cubed


def _gelu(x: Values, attrs: GeluAttrs) -> Values:
    share = tanh(_inner(x)) if attrs.approximate else erf(x * _ROOT_HALF)
    result: Values = 0.5 * x * (1 + share)
    return result


def _gelu_slope(x: Values, attrs: GeluAttrs) -> Values:
    if attrs.approximate:
        share = tanh(_inner(x))
        steep = GELU_SLOPE * (1 + 3 * GELU_CUBE * x * x)
        slope: Values = 0.5 * (1 + share) + 0.5 * x * (1 - share * share) * steep
        return slope
    slope = 0.5 * (1 + erf(x * _ROOT_HALF)) + x * exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
    return slope


def _mish_slope(x: Values, attrs: NoAttrs) -> Values:
    share = tanh(softplus(x))
    slope: Values = share + x * (1 - share * share) * expit(x)
    return slope


GELU = tabulated(
    "GELU",
    attrs=GeluAttrs,
    value=_gelu,
    slope=_gelu_slope,
    # LiteRT has it for int8: as such a table.
    entries=multiplied_table,
    instead="take GELU by tanh (approximate), or keep 8 bits in front of and behind it",
)
ERF = tabulated(
    "ERF",
    attrs=NoAttrs,
    value=lambda x, _: erf(x),
    slope=lambda x, _: 2 / math.sqrt(math.pi) * exp(-x * x),
)
SOFTPLUS = tabulated(
    "SOFTPLUS",
    attrs=NoAttrs,
    value=lambda x, _: softplus(x),
    slope=lambda x, _: expit(x),
)
MISH = tabulated(
    "MISH",
    attrs=NoAttrs,
    value=lambda x, _: x * tanh(softplus(x)),
    slope=_mish_slope,
)
SILU = tabulated(
    "SILU",
    attrs=NoAttrs,
    value=lambda x, _: x * expit(x),
    slope=lambda x, _: expit(x) * (1 + x * (1 - expit(x))),
)
HARD_SIGMOID = tabulated(
    "HARD_SIGMOID",
    attrs=NoAttrs,
    value=lambda x, _: np.clip(x + 3, 0, 6) / 6,
    slope=lambda x, _: np.where(np.abs(x) < 3, 1 / 6, 0.0),
)
SIGN = tabulated(
    "SIGN",
    attrs=NoAttrs,
    value=lambda x, _: np.sign(x),
    slope=lambda x, _: 0.0,
)
