"""What both sides are given: some of the calibration samples, and random ones beside them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mcuq.graph import Graph
from mcuq.graph.counts import macs
from mcuq.graph.indices import Limits, index_limits, spread
from mcuq.numeric.element import Element
from mcuq.witness.outside import Reals
from mcuq.witness.settings import WITNESS

Floats = npt.NDArray[np.float64]
_SEED = 0


def witness_samples(graph: Graph, data: Sequence[Reals] | None) -> tuple[list[Reals], int]:
    """Inputs for the comparison, and how many samples in front are the user's own.

    Random ones are uniform between the smallest and the largest value of the data; without data
    they are normal, and uniform in the range that the file stores for an input.

    Args:
        data: float32 (samples, …), one an input of the graph.

    Returns:
        float32 (samples, …), of sequences (samples, steps, …), one an input; the same for the same
        model and data.
    """
    cost = max(1, sum(macs(graph, op) for op in graph.ops))
    count = max(1, min(WITNESS.samples, WITNESS.macs // (2 * cost)))
    rng = np.random.default_rng(_SEED)
    own = 0 if data is None else min(count, len(data[0]))
    limits = index_limits(graph.ops, graph.tensors)
    columns = []
    for number, name in enumerate(graph.inputs):
        steps = (WITNESS.steps,) if graph.states else ()
        shape = (count, *steps, *graph.tensors[name].shape[1:])
        span = graph.ranges.get(name)
        if data is not None:
            # Spread over the data, which may be sorted by class.
            chosen = data[number][np.linspace(0, len(data[number]) - 1, own).astype(int)]
            if graph.states:
                shape = (count, *chosen.shape[1:])
            span = (float(data[number].min()), float(data[number].max()))
        random = rng.normal(size=shape) if span is None else _between(rng, span, shape)
        random = _as_element(random, graph.tensors[name].element, limits.get(name))
        columns.append(
            random.astype(np.float32)
            if data is None
            else np.concatenate([chosen, random.astype(np.float32)])
        )
    return columns, own


def _as_element(values: Floats, element: Element, limits: Limits | None) -> Floats:
    """Random reals as what an input takes: truth values, or integers, below limits if any."""
    if element is Element.BOOL:
        return (values > np.median(values)).astype(np.float64)
    if element is Element.INT32:
        whole = np.floor(values * 8)
        return whole if limits is None else np.mod(whole, spread(limits, whole.shape))
    return values


def _between(rng: np.random.Generator, span: tuple[float, float], shape: tuple[int, ...]) -> Floats:
    low, high = span
    return rng.uniform(low, high, shape) if high > low else rng.normal(low, 1.0, shape)
