"""The first change to a model: without the channels that cannot matter, where that is proved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mcuq.calibrate import Statistics
from mcuq.data import Dataset
from mcuq.eliminate import eliminate
from mcuq.findings import Finding, about_model
from mcuq.graph import Graph
from mcuq.graph.counts import all_macs, all_weights
from mcuq.ops.operator import Span
from mcuq.pipeline.settings import ELIMINATION
from mcuq.result.elimination import EliminatedLayer, EliminationFigures, InputBound
from mcuq.witness.equal_graphs import compare_graphs


@dataclass(frozen=True)
class Reduced:
    """Attributes:
    graph: what is built.
    figures: what went; None where nothing did.
    findings: why nothing went although it was proved to be idle.
    """

    graph: Graph
    figures: EliminationFigures | None = None
    findings: tuple[Finding, ...] = ()


def without_idle_channels(
    graph: Graph, data: Sequence[Dataset], statistics: Mapping[str, Statistics] | None
) -> Reduced:
    """The graph without them, and how that was checked: on all samples there are.

    Args:
        data: of which the same may come several times.
        statistics: of an earlier calibration, whose inputs may have been larger.
    """
    sets = list({id(one): one for one in data}.values())
    spans = {
        name: _span(name, [one.inputs[place] for one in sets], statistics)
        for place, name in enumerate(graph.inputs)
    }
    found = eliminate(graph, spans)
    if found.graph is graph:
        return Reduced(graph)
    parts = [compare_graphs(graph, found.graph, one.inputs) for one in sets]
    difference = max(part.difference for part in parts)
    if max(part.share for part in parts) > 1.0:
        return Reduced(graph, findings=(_doubt(difference),))
    figures = EliminationFigures(
        layers=tuple(
            EliminatedLayer.model_validate(layer, from_attributes=True) for layer in found.layers
        ),
        macs=all_macs(graph),
        macs_left=all_macs(found.graph),
        weights=all_weights(graph),
        weights_left=all_weights(found.graph),
        bounds=tuple(
            InputBound(name=name, low=low, high=high) for name, (low, high) in spans.items()
        ),
        samples=sum(len(one) for one in sets),
        difference=difference,
    )
    return Reduced(found.graph, figures)


def _span(
    name: str, values: Sequence[np.ndarray], statistics: Mapping[str, Statistics] | None
) -> Span:
    largest = max(float(np.abs(x).max(initial=0.0)) for x in values)
    if statistics is not None:
        largest = max(largest, abs(statistics[name].low), abs(statistics[name].high))
    end = ELIMINATION.room * largest
    return -end, end


def _doubt(difference: float) -> Finding:
    return about_model(
        "channels-kept",
        f"without the channels that cannot matter outputs differ by {difference:.3g}, more than "
        "rounding explains: all are kept",
        "this is a defect of mcuq: please report it with the model",
    )
