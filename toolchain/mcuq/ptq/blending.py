"""Samples made of two: with few training samples, the float model still has more to tell.

Some of a batch's samples get a part of another sample: a rectangle where they are images (Yun et
al., "CutMix", 2019), else a share of every value (Zhang et al., "mixup", 2018). No labels are
mixed: the float model is asked about what came out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mcuq.ptq.settings import BLENDS

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]


def blended(inputs: Sequence[Floats], rng: np.random.Generator) -> tuple[list[Floats], Flags]:
    """A batch (N, …) an input with other samples blended in, and which samples were changed."""
    count = len(inputs[0])
    changed = rng.random(count) < BLENDS.share
    partners = rng.permutation(count)
    return [_blend(x, x[partners], changed, rng) for x in inputs], changed


def _blend(x: Floats, other: Floats, changed: Flags, rng: np.random.Generator) -> Floats:
    if x.ndim == 4 and min(x.shape[1:3]) > 1:
        return _with_rectangles(x, other, changed, rng)
    part = rng.uniform(0, BLENDS.largest_part, len(x)) * changed
    shares = part.astype(np.float32).reshape(-1, *(1,) * (x.ndim - 1))
    mixed: Floats = x + shares * (other - x)
    return mixed


def _with_rectangles(x: Floats, other: Floats, changed: Flags, rng: np.random.Generator) -> Floats:
    result = x.copy()
    sizes = np.array(x.shape[1:3])
    for index in np.flatnonzero(changed):
        sides = np.maximum((sizes * rng.uniform(*BLENDS.sides)).astype(int), 1)
        top, left = rng.integers(0, sizes - sides + 1)
        part = np.s_[top : top + sides[0], left : left + sides[1]]
        result[index][part] = other[index][part]
    return result
