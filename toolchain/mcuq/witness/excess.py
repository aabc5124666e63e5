"""How far one side is from the other, as a share of what rounding explains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcuq.witness.outside import Reals
from mcuq.witness.settings import WITNESS


@dataclass(frozen=True)
class Excess:
    """Attributes:
    difference: largest absolute one.
    share: of what is tolerated; infinite where one side has no number.
    sample: where that is.
    tolerated: there.
    """

    difference: float
    share: float
    sample: int
    tolerated: float


def measured(
    ours: Reals, moved: Reals, theirs: Reals, margin: float = WITNESS.margin, step: float = 0.0
) -> Excess:
    """How far `theirs` is from `ours`, measured by how far `moved` is, and by `step` besides."""
    samples = len(ours)
    if ours.size != theirs.size:
        return Excess(np.inf, np.inf, 0, 0.0)
    a, b, c = (x.reshape(samples, -1).astype(np.float64) for x in (ours, theirs, moved))
    with np.errstate(invalid="ignore"):
        off, drift = _largest(a - b), _largest(a - c)
    size = _largest(b)
    tolerated = margin * np.maximum(drift, np.median(drift)) + WITNESS.floor * size + step
    # Rounding alone decides where a value overflows.
    off = np.where(np.isfinite(drift), off, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.nan_to_num(off / tolerated, nan=0.0, posinf=np.inf)
    worst = int(np.argmax(share))
    return Excess(float(off.max()), float(share[worst]), worst, float(tolerated[worst]))


def _largest(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Of each row; infinite where there is no number."""
    sizes: npt.NDArray[np.float64] = np.abs(values).max(axis=1, initial=0.0)
    return np.where(np.isnan(sizes), np.inf, sizes)
