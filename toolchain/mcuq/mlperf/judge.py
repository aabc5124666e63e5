"""The figures of a data set as the official runner takes them.

Source: benchmark/runner/main.py of github.com/mlcommons/tiny, v1.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcuq.score.auc import binary_auc


@dataclass(frozen=True)
class Quality:
    """Attributes:
    samples: of the data set.
    accuracy: share of samples whose largest output is of the true class; None of single outputs.
    auc: area under the ROC curve: of the second of two classes, of the only output, or the mean of
        each class against the rest. None where a class that would be compared has no sample.
    """

    samples: int
    accuracy: float | None
    auc: float | None


def judge(results: Sequence[Sequence[float]], labels: Sequence[int]) -> Quality:
    """Judge results that the device told.

    Args:
        results: of each sample; of anomaly detection one value, the mean of its windows.
        labels: true class of each.
    """
    told, classes = np.array(results, np.float64), np.array(labels)
    if told.shape[1] == 1:
        return Quality(len(told), None, _auc(told[:, 0], classes == 1))
    sums = told.sum(axis=1, keepdims=True)
    told = np.divide(told, sums, out=np.zeros_like(told), where=sums != 0)
    accuracy = float(np.mean(told.argmax(axis=1) == classes))
    if told.shape[1] == 2:
        return Quality(len(told), accuracy, _auc(told[:, 1], classes == 1))
    parts = [_auc(told[:, each], classes == each) for each in range(told.shape[1])]
    known = [part for part in parts if part is not None]
    is_whole = len(known) == len(parts)
    return Quality(len(told), accuracy, float(np.mean(known)) if is_whole else None)


def _auc(scores: npt.NDArray[np.float64], positive: npt.NDArray[np.bool_]) -> float | None:
    if positive.all() or not positive.any():
        return None
    return binary_auc(scores, positive).value
