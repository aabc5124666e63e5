"""Functions that TensorFlow Lite Micro computes of float32 only: int8 looks them up."""

from __future__ import annotations

import numpy as np

from mcuq.numeric import elementary
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.tabulated import tabulated

NEG = tabulated(
    "NEG",
    attrs=NoAttrs,
    value=lambda x, _: np.negative(x),
    slope=lambda x, _: -1.0,
    formula=lambda xp, x: xp.negative(x),
)
SQUARE = tabulated(
    "SQUARE",
    attrs=NoAttrs,
    value=lambda x, _: np.square(x),
    slope=lambda x, _: 2 * x,
    formula=lambda xp, x: xp.multiply(x, x),
)
SQRT = tabulated(
    "SQRT",
    attrs=NoAttrs,
    value=lambda x, _: np.sqrt(x),
    slope=lambda x, _: 0.5 / np.sqrt(x),
)
EXP = tabulated(
    "EXP",
    attrs=NoAttrs,
    value=lambda x, _: elementary.exp(x),
    slope=lambda x, _: elementary.exp(x),
    formula=lambda xp, x: xp.exp(x),
)
LOG = tabulated(
    "LOG",
    attrs=NoAttrs,
    value=lambda x, _: elementary.log(x),
    slope=lambda x, _: 1 / x,
)
SIN = tabulated(
    "SIN",
    attrs=NoAttrs,
    value=lambda x, _: elementary.sin(x),
    slope=lambda x, _: elementary.cos(x),
)
COS = tabulated(
    "COS",
    attrs=NoAttrs,
    value=lambda x, _: elementary.cos(x),
    slope=lambda x, _: -elementary.sin(x),
)
FLOOR = tabulated(
    "FLOOR",
    attrs=NoAttrs,
    value=lambda x, _: np.floor(x),
    slope=lambda x, _: 0.0,
    formula=lambda xp, x: xp.floor(x),
)
CEIL = tabulated(
    "CEIL",
    attrs=NoAttrs,
    value=lambda x, _: np.ceil(x),
    slope=lambda x, _: 0.0,
)
ROUND = tabulated(
    "ROUND",
    attrs=NoAttrs,
    # Halves go to the even neighbour.
    value=lambda x, _: np.rint(x),
    slope=lambda x, _: 0.0,
)
