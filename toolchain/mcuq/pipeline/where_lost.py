"""Where accuracy goes between the float model and its integers, as `accuracy.json` says it."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.data import Dataset
from mcuq.pipeline.accuracy import EvaluationScorer, Reals
from mcuq.pipeline.settings import DETAILS
from mcuq.quantized import QuantizedGraph
from mcuq.result.accuracy import (
    AccuracyFile,
    ClassFigures,
    FlippedSample,
    Flips,
    LayerErrorFigures,
    Preview,
)
from mcuq.score.decisions import Decisions, confusion, decisions
from mcuq.score.layer_errors import layer_errors
from mcuq.score.settings import ERRORS


def where_lost(
    scorer: EvaluationScorer,
    qgraph: QuantizedGraph,
    outputs: Reals,
    kept: Mapping[str, npt.NDArray[np.bool_]],
) -> AccuracyFile:
    """Layers on some samples, classes and flipped samples on all of them.

    Args:
        scorer: of the evaluation samples.
        qgraph: what is built.
        outputs: its outputs on all of them, real values in the graph's layout.
        kept: activation → which channels of the float model's it has; one left out has all.
    """
    some = spread(scorer.data, ERRORS.samples)
    layers = layer_errors(scorer.graph, qgraph, some.inputs, kept)
    decided = None
    if not scorer.graph.states:
        decided = decisions(scorer.predictions(outputs), scorer.metric.output)
    return AccuracyFile(
        samples=len(some),
        layers=tuple(LayerErrorFigures(**asdict(layer)) for layer in layers),
        **({} if decided is None else _decided(decided, scorer.data)),
    )


def spread(data: Dataset, samples: int) -> Dataset:
    """At most so many, from all over the data, which may be sorted by class."""
    return data.pick(slice(None, None, -(-len(data) // samples)))


def _decided(found: Decisions, data: Dataset) -> dict[str, Any]:
    """Classes, confusion and flips, by their keys."""
    labels, flips = found.labels, _flips(found, data)
    if labels is None:
        return {"flips": flips}
    matrices = {
        "float_confusion": confusion(labels, found.reference, found.classes),
        "confusion": confusion(labels, found.found, found.classes),
    }
    first, second = matrices.values()
    classes = tuple(
        ClassFigures(
            number=number,
            samples=int(first[number].sum()),
            float_=int(first[number, number]),
            quantized=int(second[number, number]),
        )
        for number in range(found.classes)
    )
    shown: dict[str, Any] = {"classes": classes, "flips": flips}
    if found.classes <= DETAILS.confused:
        shown |= {name: tuple(map(tuple, matrix.tolist())) for name, matrix in matrices.items()}
    return shown


def _flips(found: Decisions, data: Dataset) -> Flips:
    numbers = found.flipped
    if found.labels is None:
        return Flips(total=len(numbers), samples=_samples(found, data, numbers))
    labels = found.labels[numbers]
    lost = found.reference[numbers] == labels
    gained = found.found[numbers] == labels
    order = np.concatenate([numbers[lost], numbers[~lost]])
    return Flips(
        total=len(numbers),
        lost=int(lost.sum()),
        gained=int(gained.sum()),
        samples=_samples(found, data, order),
    )


def _samples(
    found: Decisions, data: Dataset, numbers: Sequence[int] | npt.NDArray[Any]
) -> tuple[FlippedSample, ...]:
    return tuple(
        FlippedSample(
            sample=int(number),
            label=None if found.labels is None else int(found.labels[number]),
            float_=int(found.reference[number]),
            quantized=int(found.found[number]),
            float_sure=round(float(found.reference_sure[number]), 4),
            quantized_sure=round(float(found.sure[number]), 4),
            preview=preview(data.inputs[0][number : number + 1][0])
            if place < DETAILS.drawn
            else None,
        )
        for place, number in enumerate(numbers[: DETAILS.flipped])
    )


def preview(values: npt.NDArray[Any]) -> Preview:
    """A sample (height, width, channels), or (steps, …) of anything else, as few bytes."""
    is_image = values.ndim == 3 and values.shape[2] <= DETAILS.colours
    if not is_image:
        is_narrow = values.ndim == 2 and values.shape[1] <= DETAILS.traces
        values = values if is_narrow else values.reshape(-1, 1)
    axes, step = (2 if is_image else 1), 1
    while values[(slice(None, None, step),) * axes].size > DETAILS.drawn_values:
        step += 1
    few = values[(slice(None, None, step),) * axes].astype(np.float64)
    low, high = float(few.min()), float(few.max())
    shares = (few - low) / (high - low) if high > low else np.zeros_like(few)
    return Preview(
        kind="image" if is_image else "wave",
        shape=few.shape,
        low=low,
        high=high,
        data=base64.b64encode(np.rint(255 * shares).astype(np.uint8).tobytes()).decode("ascii"),
    )
