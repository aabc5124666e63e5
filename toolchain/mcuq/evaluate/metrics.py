"""What a model is judged by: one number from its outputs, what is right, and what it was given."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from mcuq.choices import choice_hint
from mcuq.data import Dataset
from mcuq.errors import InputError, UsageError

Array = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Predictions:
    """All that a metric may look at; every array's first axis counts the samples.

    Attributes:
        outputs: the judged model's outputs, real values.
        data: the inputs it was given and, where known, the labels.
        reference: the float model's outputs on the same inputs, or None where not computed.
    """

    outputs: tuple[Array, ...]
    data: Dataset
    reference: tuple[Array, ...] | None = None


@dataclass(frozen=True)
class Metric:
    """A named figure of merit.

    Attributes:
        name: as the user wrote it.
        compute: the figure; raises InputError when the data does not suit it.
        higher_is_better: its direction.
        needs_reference: whether the float model's outputs must be supplied.
    """

    name: str
    compute: Callable[[Predictions], float]
    higher_is_better: bool = True
    needs_reference: bool = False

    def score(self, value: float) -> float:
        """`value` turned so that more is better: what a search maximizes."""
        return value if self.higher_is_better else -value


def top1(predictions: Predictions) -> float:
    """Share of samples whose largest output is the label (class numbers or one-hot)."""
    scores = _rows(predictions.outputs[0])
    labels = _required_labels(predictions, "top1")
    classes = _class_numbers(labels, scores.shape[1])
    return float(np.mean(scores.argmax(axis=1) == classes))


def mse(predictions: Predictions) -> float:
    """Mean squared error against the labels; of an autoencoder without labels, its input."""
    output = predictions.outputs[0]
    target = predictions.data.labels
    if target is None and predictions.data.inputs[0].shape == output.shape:
        target = predictions.data.inputs[0]
    if target is None or target.size != output.size:
        raise InputError(
            f"metric mse needs 'y' of the model's output shape {output.shape[1:]}",
            "store the targets as 'y' or choose metric 'agreement'",
        )
    error = output.astype(np.float64) - target.reshape(output.shape)
    return float(np.mean(error**2))


def auc(predictions: Predictions) -> float:
    """Area under the ROC curve by the rank sum (Mann-Whitney U); ties count half.

    The score is a single output, the second of two outputs, or, where the model rebuilds its
    input, the mean squared error of doing so (an anomaly score). Labels are 0 or 1. With more
    classes: the mean over classes of one against the rest.
    """
    output = _rows(predictions.outputs[0])
    labels = _required_labels(predictions, "auc").reshape(-1)
    rebuilt = _rows(predictions.data.inputs[0])
    if output.shape == rebuilt.shape and output.shape[1] > 1:
        return _binary_auc(np.mean((output - rebuilt) ** 2, axis=1), labels == 1)
    if output.shape[1] <= 2:
        return _binary_auc(output[:, -1], labels == 1)
    classes = [c for c in range(output.shape[1]) if 0 < np.sum(labels == c) < len(labels)]
    if not classes:
        raise InputError("metric auc needs samples of at least two classes")
    return float(np.mean([_binary_auc(output[:, c], labels == c) for c in classes]))


def agreement(predictions: Predictions) -> float:
    """How often the float model would have decided the same; needs no labels.

    With several values along the last axis: the share of equal largest positions. With one
    value a row: the share of the float outputs' variance that is kept (R², at least 0).
    """
    reference = predictions.reference
    if reference is None:
        raise InputError("metric agreement needs the float model's outputs")
    output, wanted = predictions.outputs[0], reference[0]
    if output.ndim > 1 and output.shape[-1] > 1:
        return float(np.mean(output.argmax(axis=-1) == wanted.argmax(axis=-1)))
    spread = float(np.var(wanted, dtype=np.float64))
    error = float(np.mean((output.astype(np.float64) - wanted) ** 2))
    if spread == 0.0:
        return float(error == 0.0)
    return max(0.0, 1.0 - error / spread)


_BUILT_IN = {
    "top1": Metric("top1", top1),
    "mse": Metric("mse", mse, higher_is_better=False),
    "auc": Metric("auc", auc),
    "agreement": Metric("agreement", agreement, needs_reference=True),
}
_ALIASES = {"top-1": "top1", "accuracy": "top1"}


def built_in_metrics() -> tuple[str, ...]:
    """Names that need no module."""
    return tuple(_BUILT_IN)


def get_metric(spec: str, folder: Path | None = None) -> Metric:
    """The metric called `spec`: top1, mse, auc, agreement, or `module:function`.

    A function of your own takes `(outputs, labels)` (list of arrays, array or None) and returns
    a float, more being better unless it has an attribute `higher_is_better = False`.

    Args:
        spec: name of the metric.
        folder: searched first for `module`, usually where mcuq.toml lies.

    Raises:
        UsageError: no such metric, module or function.
    """
    name = _ALIASES.get(spec, spec)
    if name in _BUILT_IN:
        return _BUILT_IN[name]
    module_name, colon, function_name = spec.partition(":")
    if not colon:
        known = (*sorted(_BUILT_IN), "module:function")
        raise UsageError(f"unknown metric {spec!r}", choice_hint(spec, known))
    function = _imported(module_name, function_name, folder)
    return Metric(spec, _adapted(function, spec), getattr(function, "higher_is_better", True))


def _imported(module_name: str, function_name: str, folder: Path | None) -> Callable[..., float]:
    path = str((folder or Path.cwd()).resolve())
    sys.path.insert(0, path)
    try:
        function = getattr(importlib.import_module(module_name), function_name)
    except (ImportError, AttributeError, ValueError) as error:
        raise UsageError(
            f"metric {module_name}:{function_name}: {error}", f"modules are looked for in {path}"
        ) from error
    finally:
        sys.path.remove(path)
    if not callable(function):
        raise UsageError(f"metric {module_name}:{function_name} is not a function")
    return function  # type: ignore[no-any-return]  # what a user's module holds is not typed


def _adapted(function: Callable[..., float], spec: str) -> Callable[[Predictions], float]:
    def compute(predictions: Predictions) -> float:
        try:
            return float(function(list(predictions.outputs), predictions.data.labels))
        except Exception as error:
            raise InputError(f"metric {spec} failed: {type(error).__name__}: {error}") from error

    return compute


def _rows(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return array.reshape(len(array), -1)


def _required_labels(predictions: Predictions, metric: str) -> npt.NDArray[Any]:
    labels = predictions.data.labels
    if labels is None:
        raise InputError(
            f"metric {metric} needs labels and the data has none",
            "store them as 'y' or choose metric 'agreement'",
        )
    return labels


def _class_numbers(labels: npt.NDArray[Any], classes: int) -> npt.NDArray[Any]:
    flat = _rows(labels)
    if flat.shape[1] == classes and classes > 1:
        return np.asarray(flat.argmax(axis=1))
    if flat.shape[1] != 1 or np.any(flat < 0) or np.any(flat >= classes):
        raise InputError(
            f"labels are not class numbers below {classes}",
            "store class numbers (0, 1, …) or one-hot rows as 'y'",
        )
    return flat[:, 0]


def _binary_auc(scores: npt.NDArray[Any], positive: npt.NDArray[np.bool_]) -> float:
    hits = int(np.sum(positive))
    misses = len(positive) - hits
    if hits == 0 or misses == 0:
        raise InputError("metric auc needs samples of both classes", "label them 0 and 1 in 'y'")
    ranks = rankdata(scores)
    return float((ranks[positive].sum() - hits * (hits + 1) / 2) / (hits * misses))
