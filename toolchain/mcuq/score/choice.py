"""Which metric suits an output and its labels, where the user names none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mcuq.data import Dataset, Labels
from mcuq.errors import InputError
from mcuq.findings import Finding, about_data
from mcuq.graph import Graph
from mcuq.score.answers import Answer, Predictions, answers, find_output, first, predictions_of
from mcuq.score.labels import is_one_hot
from mcuq.score.metrics import Metric, OwnMetric, built_in_metrics, get_metric


def suited_metric(
    graph: Graph,
    data: Dataset,
    asked: str | OwnMetric | None = None,
    folder: Path | None = None,
    output: str | None = None,
) -> tuple[Metric, tuple[Finding, ...]]:
    """The metric that is asked for, or the one that suits outputs and labels; and what is doubtful.

    It is tried on outputs of zeros: labels that do not suit it are refused before the model runs.

    Args:
        asked: its name, or a function of the user's.
        folder: where a module of the user's is looked for.
        output: name or number of the one output that is judged; None judges all.

    Raises:
        InputError: no such output, or labels that do not suit it. UsageError: no such metric.
    """
    number = None if output is None else find_output(graph, output)
    before = data.inputs[0].shape[: 2 if graph.states else 1]
    zeros = tuple(_zeros(graph.tensors[one].shape, before) for one in graph.outputs)
    predictions = predictions_of(graph, data, zeros, zeros)
    findings: tuple[Finding, ...] = ()
    if asked is None:
        asked, findings = default_metric(predictions, number)
    metric = get_metric(asked, folder).of_output(graph, output)
    if metric.name in built_in_metrics():
        # Classes must be right in every label, targets in their shape.
        samples = len(predictions.outputs[0]) if metric.name in ("top1", "auc") else 1
        metric.compute(first(predictions, samples))
    return metric, findings


def _zeros(shape: tuple[int, ...], before: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """Without memory of their own."""
    rest = shape[1:] if shape[:1] == (1,) else shape
    return np.broadcast_to(np.float32(0), (*before, *rest))


def default_metric(predictions: Predictions, output: int | None) -> tuple[str, tuple[Finding, ...]]:
    """Name of the metric, and what was doubtful about the choice.

    Args:
        predictions: only shapes and labels are looked at.
        output: number of the one output that is judged; None judges all.

    Raises:
        InputError: there are several outputs and labels for some of them only.
    """
    scored, data = answers(predictions, output), predictions.data
    if not data.has_labels:
        return "agreement", ()
    if len(scored) == 1 and scored[0].labels is None:
        raise InputError(
            f"the data has labels, but none for output {scored[0].form.name!r}",
            f"store them as 'y{scored[0].number}', or judge it without any: --metric agreement",
        )
    if len(scored) > 1 and any(one.labels is None for one in scored):
        outputs = ", ".join(one.form.name for one in scored)
        raise InputError(
            f"the model has {len(scored)} outputs ({outputs}), and the data has no labels for each",
            "store them as 'y0', 'y1', …, or say what is judged: --metric-output or --metric",
        )
    chosen = [_of_output(answer) for answer in scored]
    names = list(dict.fromkeys(name for name, _ in chosen))
    if len(names) == 1:
        return names[0], tuple(finding for _, finding in chosen if finding is not None)
    asked = ", ".join(f"{a.form.name}: {name}" for a, (name, _) in zip(scored, chosen, strict=True))
    return "agreement", (
        about_data(
            "mixed-outputs",
            f"the outputs ask for different metrics ({asked}): agreement with the float model is "
            "used for all of them",
            "judge one of them by its labels: --metric-output NAME",
        ),
    )


def _of_output(answer: Answer) -> tuple[str, Finding | None]:
    labels = answer.labels
    assert labels is not None
    zero_one = bool(np.isin(labels, (0, 1)).all())
    if answer.form.head == "sigmoid" and not answer.rebuilds and answer.classes == 1:
        _check_within(answer, labels)
    single = labels[0].size == 1
    if answer.rebuilds and zero_one and single:
        return "auc", None
    if answer.classes == 1:
        return _of_one_score(answer, zero_one)
    if answer.places() is not None or answer.form.head == "softmax" or is_one_hot(answer):
        return "top1", None
    if zero_one and answer.form.head == "sigmoid" and labels[0].size == answer.values_a_sample:
        return "auc", about_data(
            "multi-label",
            "rows of 'y' name several classes at once: the metric is auc, the mean over the "
            "classes",
            "name a metric of your own for anything else: --metric module:function",
        )
    return ("top1" if answer.targets() is None else "mse"), None


def _check_within(answer: Answer, labels: Labels) -> None:
    """Refuse what no sigmoid reaches: classes called -1 and 1, or masks of 0 and 255.

    Raises:
        InputError.
    """
    low, high = float(labels.min()), float(labels.max())
    if low >= 0 and high <= 1:
        return
    two = len(np.unique(labels)) <= 2
    raise InputError(
        f"{answer.where} reaches from {low:.4g} to {high:.4g}, the output {answer.form.name!r}, a "
        "sigmoid, from 0 to 1",
        "label the two classes 0 and 1"
        if two
        else "store targets between 0 and 1, or name --metric mse",
    )


def _of_one_score(answer: Answer, zero_one: bool) -> tuple[str, Finding | None]:
    labels = answer.labels
    assert labels is not None
    if answer.form.head == "sigmoid" and (zero_one or answer.targets() is None):
        return "top1", None
    if zero_one and labels.min() < labels.max() and answer.values_a_sample == 1:
        return "auc", about_data(
            "output-without-sigmoid",
            "labels are 0 and 1, but the output is a real value: the metric is auc, which needs "
            "no threshold",
            "end the model in a sigmoid for accuracy, or choose --metric mse for a regression",
        )
    return "mse", None


_COMPANIONS = {"top1": "auc", "mse": "r2"}


def companions(metric: Metric, predictions: Predictions) -> tuple[Metric, ...]:
    """What is told beside the metric: the AUC of a binary classifier, the R² of a regression."""
    scored = answers(predictions, metric.output)
    is_binary = all(answer.classes == 1 for answer in scored)
    if metric.name not in _COMPANIONS or (metric.name == "top1" and not is_binary):
        return ()
    found = replace(get_metric(_COMPANIONS[metric.name]), output=metric.output)
    try:
        found.compute(predictions)
    except InputError:  # one class only, an autoencoder without labels: it has no such figure
        return ()
    return (found,)
