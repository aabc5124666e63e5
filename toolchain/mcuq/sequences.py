"""Data of models that keep states: a sample is a sequence of steps.

`x` is (sequences, steps, *input shape without the batch), or one stream (steps, *input shape).
Every sequence begins with the model's initial states. `y` may say what is right at each step,
(sequences, steps, …) or of a stream (steps, …), or for whole sequences, (sequences, …): then the
answer is that of the last step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.errors import InputError
from mcuq.graph import Graph

Array = npt.NDArray[Any]
Reals = npt.NDArray[np.float32]


def are_sequences(graph: Graph, samples: Array) -> bool:
    """Whether samples of a graph's first input, (samples, …), have steps."""
    return samples.ndim > len(graph.tensors[graph.inputs[0]].shape)


def as_sequences(array: Array, inner: tuple[int, ...], where: str) -> Array:
    """`array` as (sequences, steps, *inner), a stream as one sequence.

    Raises:
        InputError: it is neither.
    """
    if array.ndim >= 2 and array.shape[2:] == inner and array.shape[1]:
        return array
    if array.shape[1:] == inner:
        return array[None]
    shown = "×".join(map(str, inner))
    raise InputError(
        f"{where} has the shape {array.shape}: the model keeps states from run to run, a run "
        f"takes {shown}",
        f"store sequences (sequences, steps, {shown}), or one stream (steps, {shown})",
    )


def in_sequences(
    graph: Graph,
    names: Sequence[str],
    inputs: tuple[Reals, ...],
    labels: Mapping[str, Array],
    where: str,
) -> tuple[tuple[Reals, ...], dict[str, Array]]:
    """Inputs of equal numbers of steps, and labels with an axis of sequences in front.

    Raises:
        InputError: inputs differ in steps; or labels could be of steps as well as of sequences.
    """
    first = inputs[0].shape[:2]
    for name, values in zip(names, inputs, strict=True):
        if values.shape[:2] != first:
            raise InputError(
                f"{where}: {name!r} has {_steps(values.shape)}, {names[0]!r} {_steps(first)}",
                "give every input as many sequences and steps",
            )
    named = {name: (y, f"{where}: {name!r}") for name, y in labels.items()}
    return inputs, {name: _labels(graph, y, first, place) for name, (y, place) in named.items()}


def _steps(shape: tuple[int, ...]) -> str:
    return f"{shape[0]} sequences of {shape[1]} steps"


def _labels(graph: Graph, labels: Array, first: tuple[int, ...], where: str) -> Array:
    """(sequences, …) or (sequences, steps, …)."""
    sequences, steps = first
    if len(labels) == steps and sequences == 1 != steps:
        return labels[None]
    classes = {graph.tensors[name].shape[-1] for name in graph.outputs if graph.tensors[name].shape}
    if labels.ndim == 2 and labels.shape == (sequences, steps) and steps in classes and steps > 1:
        raise InputError(
            f"{where} of shape {labels.shape} could be a label for each of {steps} steps, or rows "
            f"of {steps} values for whole sequences",
            "store class numbers (sequences,) for sequences, or (sequences, steps, 1) for steps",
        )
    return labels


@dataclass(frozen=True)
class JudgedSteps:
    """Which steps of sequences a metric sees: all of them, or the last ones."""

    every: bool

    def __call__(self, values: Array) -> Array:
        """(sequences, steps, …) as (answers, …)."""
        return values.reshape(-1, *values.shape[2:]) if self.every else values[:, -1]

    def labels(self, labels: Array | None) -> Array | None:
        """Labels of the answers."""
        if labels is None or not self.every:
            return labels
        return labels.reshape(-1, *labels.shape[2:])


def judged_steps(steps: tuple[int, ...], labels: Sequence[Array | None]) -> JudgedSteps:
    """What labels of sequences ask for; without any, every step is compared.

    Args:
        steps: (sequences, steps) of the inputs.
        labels: of all outputs.

    Raises:
        InputError: they are of steps for one output and of sequences for another.
    """
    found = {one.shape[:2] == steps for one in labels if one is not None}
    if len(found) > 1:
        raise InputError(
            "labels of one output are for steps, of another for sequences",
            "label all of them alike, or judge one output: --metric-output",
        )
    return JudgedSteps(every=found != {False})
