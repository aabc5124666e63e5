"""Samples that alone would decide the range of an input: named, and left out of calibration."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mcuq.data import Dataset
from mcuq.findings import Finding, about_data
from mcuq.sanity.settings import OUTLIERS


def find_outliers(calibration: Dataset, evaluation: Dataset) -> npt.NDArray[np.intp]:
    """Numbers of the calibration samples that rule min-max, in order; mostly none.

    In the order of reach (largest absolute value of an input), they are those above a gap of a
    factor `OUTLIERS.gap`, at most one in `OUTLIERS.share` samples, provided the evaluation samples
    seldom reach as far either.
    """
    found = [
        _of_input(x, None if evaluation is calibration else beside)
        for x, beside in zip(calibration.inputs, evaluation.inputs, strict=True)
    ]
    return np.unique(np.concatenate(found))


def without_outliers(
    calibration: Dataset, evaluation: Dataset, names: Sequence[str], *, keep: bool
) -> tuple[Dataset, tuple[Finding, ...]]:
    """The usual samples, and what is to be said about the others.

    Args:
        names: of the inputs.
        keep: ranges are taken from all samples all the same, which is said, too.
    """
    outliers = find_outliers(calibration, evaluation)
    if not len(outliers):
        return calibration, ()
    usual = np.ones(len(calibration), bool)
    usual[outliers] = False
    finding = _finding(calibration, usual, names, keep=keep)
    return calibration.pick(usual), (finding,)


def evaluation_outliers(
    evaluation: Dataset, calibration: Dataset, names: Sequence[str]
) -> tuple[Finding, ...]:
    """What is to be said about evaluation samples that reach far beyond all others."""
    outliers = find_outliers(evaluation, calibration)
    if not len(outliers):
        return ()
    usual = np.ones(len(evaluation), bool)
    usual[outliers] = False
    reach = _described(evaluation, usual, names, "evaluation")
    return (
        about_data(
            "outlier-sample",
            f"{reach}, and {'is' if len(outliers) == 1 else 'are'} evaluated all the same",
            "look at that sample: means such as mse can hang on it alone",
        ),
    )


def _of_input(
    values: npt.NDArray[np.float32], beside: npt.NDArray[np.float32] | None
) -> npt.NDArray[np.intp]:
    reach = _reach(values)
    order = np.argsort(reach, kind="stable")[::-1]
    most = max(1, len(reach) // OUTLIERS.share)
    if len(reach) >= OUTLIERS.least:
        for count in range(1, most + 1):
            last, next_one = reach[order[count - 1]], reach[order[count]]
            if next_one > 0 and last >= OUTLIERS.gap * next_one:
                return order[:count] if _is_rare(float(last), beside) else order[:0]
    return order[:0]


def _is_rare(reach: float, beside: npt.NDArray[np.float32] | None) -> bool:
    """Whether few samples of another set reach half as far."""
    return beside is None or float(np.mean(_reach(beside) >= reach / 2)) <= 1 / OUTLIERS.share


def _reach(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    rows = values.reshape(len(values), -1)
    reach = np.maximum(rows.max(axis=1), -rows.min(axis=1))
    return np.asarray(reach, np.float64)


def _finding(
    data: Dataset, usual: npt.NDArray[np.bool_], names: Sequence[str], *, keep: bool
) -> Finding:
    count = int(np.sum(~usual))
    done = (
        "and decides the range" if keep else "and is left out of calibration"
        if count == 1 else "and are left out of calibration"
    )  # fmt: skip
    return about_data(
        "outlier-sample",
        f"{_described(data, usual, names, 'calibration')}, {done}",
        "look at that sample; "
        + (
            "without --keep-outliers it is left out"
            if keep
            else "--keep-outliers takes its range, at the cost of all others' steps"
        ),
    )


def _described(data: Dataset, usual: npt.NDArray[np.bool_], names: Sequence[str], role: str) -> str:
    count = int(np.sum(~usual))
    reaches = [_reach(x) for x in data.inputs]
    worst = max(range(len(names)), key=lambda i: _factor(reaches[i], usual))
    sample = int(reaches[worst].argmax())
    x = data.inputs[worst]
    which = f"sample {sample}" if count == 1 else f"{count} samples, sample {sample} first of all,"
    return (
        f"{role}: {which} {'reaches' if count == 1 else 'reach'} from {x[sample].min():.4g} "
        f"to {x[sample].max():.4g} in input {names[worst]!r}, all others from "
        f"{x[usual].min():.4g} to {x[usual].max():.4g}"
    )


def _factor(reach: npt.NDArray[np.float64], usual: npt.NDArray[np.bool_]) -> float:
    return float(reach.max() / max(float(reach[usual].max()), 1e-300))
