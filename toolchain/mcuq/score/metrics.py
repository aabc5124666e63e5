"""What a model is judged by: one number from its outputs, what is right, and what it was given."""

from __future__ import annotations

import contextlib
import copy
import importlib
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from mcuq.choices import choice_hint
from mcuq.errors import InputError, UsageError
from mcuq.graph import Graph
from mcuq.score.answers import Answer, Predictions, answers, find_output
from mcuq.score.auc import auc
from mcuq.score.scores import Score, agreement, mse, r2, top1

OwnMetric = Callable[..., float]
"""A user's: (outputs, labels), a list of arrays and an array or None, to a number."""


@dataclass(frozen=True)
class Metric:
    """A named figure of merit.

    Attributes:
        name: as the user wrote it.
        function: the score; raises InputError when the data does not suit it. Picklable: metrics go
            to worker processes.
        higher_is_better: its direction.
        needs_reference: whether the float model's outputs must be supplied.
        is_share: it lies in [0, 1].
        output: number of the one output that is judged; None judges all.
    """

    name: str
    function: Callable[[Predictions, int | None], Score]
    higher_is_better: bool = True
    needs_reference: bool = False
    is_share: bool = False
    output: int | None = None

    def score(self, predictions: Predictions) -> Score:
        """The figure, with what each sample contributes to it."""
        return self.function(predictions, self.output)

    def compute(self, predictions: Predictions) -> float:
        """The figure."""
        return self.score(predictions).value

    def worth(self, value: float) -> float:
        """`value` turned so that more is better: what a search maximizes."""
        return value if self.higher_is_better else -value

    def of_output(self, graph: Graph, asked: str | None) -> Metric:
        """The same on one output alone, by name or number; on all where None is asked.

        Raises:
            InputError: the model has no such output.
        """
        return self if asked is None else replace(self, output=find_output(graph, asked))


def _over_outputs(
    score: Callable[[Answer], Score], predictions: Predictions, output: int | None
) -> Score:
    """The mean over the outputs that are judged."""
    found = [score(answer) for answer in answers(predictions, output)]
    if len(found) == 1:
        return found[0]
    samples = np.mean([one.samples for one in found if one.samples is not None], axis=0)
    return Score(float(np.mean([one.value for one in found])), samples)


def _built_in(name: str, score: Callable[[Answer], Score], **more: bool) -> Metric:
    return Metric(name, partial(_over_outputs, score), **more)


_BUILT_IN = {
    metric.name: metric
    for metric in (
        _built_in("top1", top1, is_share=True),
        _built_in("mse", mse, higher_is_better=False),
        _built_in("r2", r2),
        _built_in("auc", auc, is_share=True),
        _built_in("agreement", agreement, needs_reference=True, is_share=True),
    )
}
_ALIASES = {"top-1": "top1", "accuracy": "top1", "acc": "top1"}


def built_in_metrics() -> tuple[str, ...]:
    """Names that need no module."""
    return tuple(_BUILT_IN)


def is_share(name: str) -> bool:
    """Whether a built-in metric of that name lies in [0, 1]."""
    return name in _BUILT_IN and _BUILT_IN[name].is_share


def runs_user_code(spec: str | OwnMetric) -> bool:
    """Whether `get_metric(spec)` runs code of the user's."""
    return not isinstance(spec, str) or (_ALIASES.get(spec, spec) not in _BUILT_IN and ":" in spec)


def metric_name(spec: str | OwnMetric) -> str:
    """`module:function` of a function; a name as it is."""
    if isinstance(spec, str):
        return spec
    named = spec if hasattr(spec, "__qualname__") else type(spec)
    return f"{named.__module__}:{named.__qualname__}"


def get_metric(spec: str | OwnMetric, folder: Path | None = None) -> Metric:
    """The metric called `spec`: top1, mse, r2, auc, agreement, or `module:function`.

    A function of your own takes `(outputs, labels)` (list of arrays, array or None) and returns
    a float, more being better unless it has an attribute `higher_is_better = False`. Arrays are in
    the layout of the model file.

    Args:
        spec: name of the metric, or the function itself.
        folder: searched first for `module`, usually where mcuq.toml lies.

    Raises:
        UsageError: no such metric, module or function.
    """
    if not isinstance(spec, str):
        if not callable(spec):
            raise UsageError(
                f"metric {spec!r} is neither a name nor a function",
                "write a function of (outputs, labels)",
            )
        return _own(metric_name(spec), spec)
    name = _ALIASES.get(spec, spec)
    if name in _BUILT_IN:
        return _BUILT_IN[name]
    module_name, colon, function_name = spec.partition(":")
    if not colon:
        known = (*sorted(_BUILT_IN), "module:function")
        raise UsageError(f"unknown metric {spec!r}", choice_hint(spec, known))
    return _own(spec, _imported(module_name, function_name, folder))


def _own(name: str, function: OwnMetric) -> Metric:
    higher = getattr(function, "higher_is_better", True)
    return Metric(name, partial(_adapted, function, name), higher)


def _imported(module_name: str, function_name: str, folder: Path | None) -> OwnMetric:
    path = str((folder or Path.cwd()).resolve())
    sys.path.insert(0, path)
    try:
        function = getattr(importlib.import_module(module_name), function_name)
    except (ImportError, AttributeError, ValueError) as error:
        raise UsageError(
            f"metric {module_name}:{function_name}: {error}", f"modules are looked for in {path}"
        ) from error
    except (Exception, SystemExit) as error:
        # The module is the user's: anything may happen in it.
        raise UsageError(
            f"metric {module_name}:{function_name}: {type(error).__name__}: {error}",
            f"mend the module {module_name}",
        ) from error
    finally:
        with contextlib.suppress(ValueError):
            sys.path.remove(path)
    if not callable(function):
        raise UsageError(
            f"metric {module_name}:{function_name} is not a function",
            "write a function of (outputs, labels)",
        )
    return function  # type: ignore[no-any-return]  # what a user's module holds is not typed


def _adapted(function: OwnMetric, spec: str, predictions: Predictions, output: int | None) -> Score:
    outputs = predictions.outputs if output is None else (predictions.outputs[output],)
    try:
        # Copies: a function that works in place changes no later figure.
        value = float(function([one.copy() for one in outputs], _given_labels(predictions, output)))
        if not math.isfinite(value):
            raise ValueError(f"it gave {value}")
        return Score(value)
    except (Exception, SystemExit) as error:
        raise InputError(
            f"metric {spec} failed: {type(error).__name__}: {error}",
            "mend the function: it takes (outputs, labels) and returns a number",
        ) from error


def _given_labels(predictions: Predictions, output: int | None) -> Any:
    """'y', or the labels of the outputs as a list where each has its own."""
    data = predictions.data
    if data.labels is not None or not data.by_output:
        return copy.copy(data.labels)
    return copy.deepcopy(list(data.by_output) if output is None else data.by_output[output])
