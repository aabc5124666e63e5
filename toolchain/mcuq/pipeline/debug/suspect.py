"""The layer to look at, and what is odd about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from mcuq.calibrate import Statistics
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.numeric.widths import width_name
from mcuq.pipeline.debug.filters import filter_bits
from mcuq.pipeline.debug.result import Suspect
from mcuq.pipeline.histograms import stored_histogram
from mcuq.pipeline.settings import DEBUG
from mcuq.quantized import QuantizedGraph
from mcuq.result.accuracy import LayerErrorFigures
from mcuq.score.settings import ERRORS


def find_suspect(
    layers: tuple[LayerErrorFigures, ...],
    qgraph: QuantizedGraph,
    statistics: Mapping[str, Statistics],
) -> Suspect:
    """The layer to look at: the first that goes wrong, else the one that adds most noise.

    Args:
        layers: as `layer_errors` found them.
        qgraph: the model in integers.
        statistics: of every activation, on calibration data.
    """
    wrong = (i for i, layer in enumerate(layers) if _own(layer) < ERRORS.wrong_db)
    index = next(wrong, min(range(len(layers)), key=lambda i: _own(layers[i])))
    layer = layers[index]
    tensor, seen = qgraph.tensors[layer.name], statistics[layer.name]
    low, high = reach(tensor)
    return Suspect(
        index=index,
        goes_wrong=_own(layer) < ERRORS.wrong_db,
        low=low,
        high=high,
        histogram=stored_histogram(seen.histogram),
        reasons=tuple(_reasons(layer, qgraph, seen)),
    )


def reach(tensor: QuantizedTensor) -> tuple[float, float]:
    """Real values of the lowest and the highest integer of a tensor."""
    half = 1 << (tensor.bits - 1)
    scale = float(tensor.scale[0])
    return scale * (-half - tensor.zero_point), scale * (half - 1 - tensor.zero_point)


def _reasons(layer: LayerErrorFigures, qgraph: QuantizedGraph, seen: Statistics) -> Iterator[str]:
    """What is odd about a layer, in words."""
    bits = filter_bits(qgraph, layer.name)
    if layer.clipped >= DEBUG.clipped:
        yield (
            f"{layer.clipped:.1%} of its values on evaluation samples lie beyond its range: "
            "calibration has not seen such samples, or the observer cuts them"
        )
    if bits is not None and bits < 8:
        yield f"its filter is {width_name(bits)}"
    if layer.worst_channel_snr_db is not None:
        behind = layer.snr_db - layer.worst_channel_snr_db
        if behind >= DEBUG.behind_db:
            yield (
                f"channel {layer.worst_channel} is {behind:.0f} dB worse than the whole: its "
                "values are small, and all channels share one step"
            )
    used = _used(seen)
    if used <= DEBUG.used:
        yield (
            f"{DEBUG.usual:.1%} of its values lie within {used:.0%} of the range that calibration "
            "saw: a few large ones make the step coarse"
        )


def _own(layer: LayerErrorFigures) -> float:
    return layer.snr_db if layer.own_snr_db is None else layer.own_snr_db


def _used(seen: Statistics) -> float:
    """Share of the largest magnitude within which the usual values lie."""
    histogram = seen.histogram
    magnitudes = np.abs(histogram.centers)
    order = np.argsort(magnitudes, kind="stable")
    within = np.cumsum(histogram.counts[order])
    place = int(np.searchsorted(within, DEBUG.usual * within[-1]))
    largest = max(abs(seen.low), abs(seen.high))
    return min(1.0, float(magnitudes[order][place]) / largest) if largest > 0 else 1.0
