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
from mcuq.sanity.settings import SETS

Floats = npt.NDArray[np.float64]


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
    (role, first), *rest = sets.items()
    others = [(other, data) for other, data in rest if data is not first]
    found = _too_few(role, first)
    cut = [one for other, data in others for one in _cut(role, first, other, data, names)]
    found += cut or _alike_or_apart(role, first, others, names)
    found += [_unused(role, data) for role, data in sets.items() if data.unused]
    return tuple(dict.fromkeys(found))


def _alike_or_apart(
    role: str, first: Dataset, others: Sequence[tuple[str, Dataset]], names: Sequence[str]
) -> list[Finding]:
    odd = _sameness(role, first, names)
    found = list(odd)
    for other, data in others:
        same = _sameness(other, data, names)
        found += same
        if not odd and not same:
            found += _apart(role, first, other, data, names)
    return found


def _unused(role: str, data: Dataset) -> Finding:
    arrays = ", ".join(repr(name) for name in data.unused)
    return about_data(
        "unused-arrays",
        f"{role}: {arrays} in the file is neither samples nor labels and is not read",
        "samples are called 'x' and labels 'y', of several inputs and outputs 'x0', … and 'y0', …",
    )


def _too_few(role: str, data: Dataset) -> list[Finding]:
    count = len(data)
    if role != "calibration" or count >= SETS.least:
        return []
    return [
        about_data(
            "few-samples",
            f"calibration: {count} sample{'s' * (count > 1)}: in any one value about "
            f"{2 / (count + 1):.0%} of new samples lie beyond what they show",
            "give a hundred or more, of all kinds that the model will meet",
        )
    ]


def _sameness(role: str, data: Dataset, names: Sequence[str]) -> list[Finding]:
    for name, x in zip(names, data.inputs, strict=True):
        if x.min() == x.max():
            return [
                about_data(
                    "constant-data",
                    f"{role}: every value of input {name!r} is {x.min() + 0.0:.4g}, in all "
                    f"{len(data)} samples: "
                    + (
                        "no range can be learned"
                        if role in ("calibration", "training")
                        else "nothing can be judged by it"
                    ),
                    "give samples as the model will meet them; look at how the file was written",
                )
            ]
    different = len(set(digests(data)))
    if len(data) >= SETS.repeated and different * SETS.repeated <= len(data):
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


def shared_samples(
    search: Dataset,
    evaluation: Dataset,
    done: str = "searched",
    others: str = "neither --search-data nor --calibration",
) -> tuple[Finding, ...]:
    """Whether figures are taken on samples that a search chose its result by.

    Args:
        done: what was done with the first samples.
        others: options that name them.
    """
    if search is evaluation:
        share, count = 1.0, len(evaluation)
    else:
        known = set(digests(search))
        count = sum(one in known for one in digests(evaluation))
        share = count / len(evaluation)
    if share <= SETS.shared:
        return ()
    return (
        about_data(
            "shared-samples",
            f"{count} of {len(evaluation)} evaluation samples were {done} on, too: the figures "
            "are better than on new samples",
            f"keep samples for --evaluation that are in {others}",
        ),
    )


def _apart(
    role: str, data: Dataset, other_role: str, other: Dataset, names: Sequence[str]
) -> list[Finding]:
    few = min(len(data), len(other)) < SETS.few
    found = []
    for name, one, two in zip(names, data.inputs, other.inputs, strict=True):
        x, y = _thinned(one), _thinned(two)
        if _is_far(x, y, SETS.apart_of_few) if few else _is_apart(x, y):
            found.append(_apart_finding(role, x, other_role, y, name))
    return found


def _cut(
    role: str, data: Dataset, other_role: str, other: Dataset, names: Sequence[str]
) -> list[Finding]:
    if min(len(data), len(other)) < SETS.few:
        return []
    found = []
    for name, one, two in zip(names, data.inputs, other.inputs, strict=True):
        x, y = _thinned(one), _thinned(two)
        if _is_cut(x, y):
            found.append(_cut_finding(role, x, other_role, name))
        elif _is_cut(y, x):
            found.append(_cut_finding(other_role, y, role, name))
    return found


def _is_cut(x: Floats, y: Floats) -> bool:
    """Whether x looks like values such as y's without their fractions."""
    if np.abs(x).max() > SETS.whole_reach or np.any(x != np.round(x)) or x.min() == x.max():
        return False
    return float(np.mean(y != np.round(y))) > SETS.fractions


def _cut_finding(role: str, x: Floats, other_role: str, name: str) -> Finding:
    return about_data(
        "cut-fractions",
        f"{role}: input {name!r} holds nothing but the whole numbers {x.min() + 0.0:.4g} to "
        f"{x.max() + 0.0:.4g}, the {other_role} samples hold fractions, too",
        "fractions are lost where such samples are stored as integers: store them as float32",
    )


def _thinned(x: npt.NDArray[np.float32]) -> Floats:
    flat = x.reshape(-1)
    return flat[:: -(-len(flat) // SETS.values)].astype(np.float64)


def _is_apart(x: Floats, y: Floats) -> bool:
    return _is_far(x, y, SETS.apart) or max(_beyond(x, y), _beyond(y, x)) > SETS.beyond


def _is_far(x: Floats, y: Floats, factor: float) -> bool:
    """Whether one reaches so many times farther."""
    reaches = sorted((_reach(x), _reach(y)))
    return reaches[1] >= factor * reaches[0]


def _reach(x: Floats) -> float:
    """Of the values that are not 0: of sparse samples nearly all are."""
    there = x[x != 0]
    return float(np.abs(np.quantile(there, (0.005, 0.995))).max()) if len(there) else 0.0


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
        f"{other_role} reaches from {y.min() + 0.0:.4g} to {y.max() + 0.0:.4g}, "
        f"{role} from {x.min() + 0.0:.4g} to {x.max() + 0.0:.4g}",
        hint,
    )


def _fits(y: Floats, x: Floats) -> bool:
    """Whether two sets have much the same low, middle and high values."""
    points = (0.005, 0.5, 0.995)
    a, b = np.quantile(x, points), np.quantile(y, points)
    return bool(np.abs(a - b).max() <= 0.25 * (a[2] - a[0]))
