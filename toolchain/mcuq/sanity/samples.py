"""Calibration, search and evaluation samples, each for itself and beside each other."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcuq.content import ByContent
from mcuq.data import Dataset
from mcuq.findings import Finding, about_data

Floats = npt.NDArray[np.float64]

APART = 4.0
"""Ratio of what two sets reach. Halves of one set differ by less than 1.2 on the example and on the
data for MLPerf Tiny; ÷255 and ÷128 give 255 and 128."""
BEYOND = 0.1
"""Share of one set's values beyond the other's extremes: 0..1 for -1..1 has half of them there.
Two parts of one set have less than 0.001 on the example and on the data for MLPerf Tiny."""
FEW = 4
"""Sets of fewer samples are not compared: one dark picture is no other scale."""
REPEATED = 10
"""Samples that are equal to others, for each different one."""
SHARED = 0.05
"""Share of the evaluation samples that were searched on. Data sets hold some twins by nature."""
_VALUES = 1_000_000
"""At most so many values of an input are looked at for its quantiles, evenly spread."""


@dataclass(frozen=True, eq=False)
class _Rescaling(ByContent):
    """A step of preparing data that is easily forgotten, or done twice."""

    words: str
    apply: Callable[[Floats], Floats]


RESCALINGS: tuple[_Rescaling, ...] = (
    _Rescaling("divide by 255", lambda x: x / 255),
    _Rescaling("divide by 127.5 and subtract 1", lambda x: x / 127.5 - 1),
    _Rescaling("divide by 128 and subtract 1", lambda x: x / 128 - 1),
    _Rescaling("subtract 128", lambda x: x - 128),
    _Rescaling("divide by 32768", lambda x: x / 32768),
    _Rescaling("multiply by 255", lambda x: x * 255),
    _Rescaling("add 1 and multiply by 127.5", lambda x: (x + 1) * 127.5),
    _Rescaling("add 128", lambda x: x + 128),
    _Rescaling("multiply by 32768", lambda x: x * 32768),
    _Rescaling("multiply by 2 and subtract 1", lambda x: x * 2 - 1),
    _Rescaling("add 1 and divide by 2", lambda x: (x + 1) / 2),
)


def sample_findings(sets: Mapping[str, Dataset], names: Sequence[str]) -> tuple[Finding, ...]:
    """What is wrong with the samples themselves.

    Args:
        sets: role → samples; the first is what ranges are taken from.
        names: of the inputs.
    """
    (role, first), *others = sets.items()
    odd = _sameness(role, first, names)
    found = list(odd)
    for other, data in others:
        if data is not first and not odd:
            found += _apart(role, first, other, data, names)
    found += [_unused(role, data) for role, data in sets.items() if data.unused]
    return tuple(dict.fromkeys(found))


def _unused(role: str, data: Dataset) -> Finding:
    arrays = ", ".join(repr(name) for name in data.unused)
    return about_data(
        "unused-arrays",
        f"{role}: {arrays} in the file is neither samples nor labels and is not read",
        "labels are called 'y', or 'y0', 'y1', … for several outputs",
    )


def _sameness(role: str, data: Dataset, names: Sequence[str]) -> list[Finding]:
    for name, x in zip(names, data.inputs, strict=True):
        if x.min() == x.max():
            return [
                about_data(
                    "constant-data",
                    f"{role}: every value of input {name!r} is {x.min() + 0.0:.4g}, in all "
                    f"{len(data)} samples: no range can be learned",
                    "give samples as the model will meet them; look at how the file was written",
                )
            ]
    different = len(set(digests(data)))
    if len(data) >= REPEATED and different * REPEATED <= len(data):
        return [
            about_data(
                "repeated-samples",
                f"{role}: only {different} of {len(data)} samples are different",
                "give as many different samples; look at how the file was written",
            )
        ]
    return []


def digests(data: Dataset) -> list[bytes]:
    """A digest of each sample; -0 counts as 0."""
    found = []
    for sample in range(len(data)):
        digest = hashlib.blake2b(digest_size=16)
        for x in data.inputs:
            digest.update((x[sample] + np.float32(0)).tobytes())
        found.append(digest.digest())
    return found


def shared_samples(search: Dataset, evaluation: Dataset) -> tuple[Finding, ...]:
    """Whether figures are taken on samples that a search chose its result by."""
    if search is evaluation:
        share, count = 1.0, len(evaluation)
    else:
        known = set(digests(search))
        count = sum(one in known for one in digests(evaluation))
        share = count / len(evaluation)
    if share <= SHARED:
        return ()
    return (
        about_data(
            "shared-samples",
            f"{count} of {len(evaluation)} evaluation samples were searched on, too: the figures "
            "are better than on new samples",
            "keep samples for --evaluation that are in neither --search-data nor --calibration",
        ),
    )


def _apart(
    role: str, data: Dataset, other_role: str, other: Dataset, names: Sequence[str]
) -> list[Finding]:
    if min(len(data), len(other)) < FEW:
        return []
    pairs = zip(names, data.inputs, other.inputs, strict=True)
    return [
        _apart_finding(role, _thinned(x), other_role, _thinned(y), name)
        for name, x, y in pairs
        if _is_apart(_thinned(x), _thinned(y))
    ]


def _thinned(x: npt.NDArray[np.float32]) -> Floats:
    flat = x.reshape(-1)
    return flat[:: -(-len(flat) // _VALUES)].astype(np.float64)


def _is_apart(x: Floats, y: Floats) -> bool:
    reaches = sorted((_reach(x), _reach(y)))
    if reaches[1] >= APART * reaches[0]:
        return True
    return max(_beyond(x, y), _beyond(y, x)) > BEYOND


def _reach(x: Floats) -> float:
    return float(np.abs(np.quantile(x, (0.005, 0.995))).max())


def _beyond(x: Floats, y: Floats) -> float:
    """Share of x's values outside y's extremes, by more than a hundredth of their distance."""
    margin = (y.max() - y.min()) / 100
    return float(np.mean((x < y.min() - margin) | (x > y.max() + margin)))


def _apart_finding(role: str, x: Floats, other_role: str, y: Floats, name: str) -> Finding:
    fit = next((one for one in RESCALINGS if _fits(one.apply(y), x)), None)
    hint = f"prepare both as the samples that {name!r} was trained on"
    if fit is not None:
        hint = f"{fit.words} in the {other_role} samples, or undo that in the {role} samples"
        hint += ": both as the model was trained"
    return about_data(
        "ranges-apart",
        f"{other_role} and {role} samples are on different scales: in input {name!r} "
        f"{other_role} reaches from {y.min():.4g} to {y.max():.4g}, "
        f"{role} from {x.min():.4g} to {x.max():.4g}",
        hint,
    )


def _fits(y: Floats, x: Floats) -> bool:
    """Whether two sets have much the same low, middle and high values."""
    points = (0.005, 0.5, 0.995)
    a, b = np.quantile(x, points), np.quantile(y, points)
    return bool(np.abs(a - b).max() <= 0.25 * (a[2] - a[0]))
