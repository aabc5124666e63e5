"""The weights of operators that mix channels, as rows: (outputs, taps, input channels)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mcuq.eliminate.ties import width
from mcuq.graph import Graph, Op
from mcuq.ops.weighted import CONV_2D, FULLY_CONNECTED
from mcuq.ops.weighted_params import ConvAttrs
from mcuq.ops.window import window_axes

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_HIDDEN = 2.0**-25
"""Share of a bias that no float32 sum with it shows: half a unit in its last place at least."""


def rows(graph: Graph, op: Op) -> Floats:
    """The filter of an operator that mixes channels; a dense layer has a tap for each position."""
    data = graph.tensors[op.inputs[1]].data
    assert data is not None  # see `Roles.mixing`
    return data.reshape(len(data), -1, width(graph, op.inputs[0])).astype(np.float64)


def bias(graph: Graph, op: Op) -> Floats:
    """Zeros where there is none."""
    count = width(graph, op.output)
    data = graph.tensors[op.inputs[2]].data if len(op.inputs) > 2 else None
    return np.zeros(count) if data is None else data.astype(np.float64)


def shown(graph: Graph, op: Op, largest: Floats) -> Flags:
    """(outputs, input channels): whether a channel shows in an output at all.

    The smallest products, which together are not seen beside the bias, do not.

    Args:
        largest: magnitude of each input channel.
    """
    reach = scaled(np.abs(rows(graph, op)).sum(axis=1), largest)
    order = np.argsort(reach, axis=1, kind="stable")
    sums = np.cumsum(np.take_along_axis(reach, order, axis=1), axis=1)
    seen = np.empty(reach.shape, np.bool_)
    hidden = sums <= _HIDDEN * np.abs(bias(graph, op))[:, None]
    np.put_along_axis(seen, order, ~hidden, axis=1)
    return seen


def scaled(weights: Floats, values: Floats) -> Floats:
    """Products in which zero times infinity is nothing."""
    with np.errstate(invalid="ignore"):
        return np.where((weights == 0) | (values == 0), 0.0, weights * values)


def sees_padding(graph: Graph, op: Op) -> bool:
    """Whether not every position of the result has all taps inside of the image."""
    if op.kind is FULLY_CONNECTED:
        return False
    if op.kind is not CONV_2D:
        return True
    assert isinstance(op.attrs, ConvAttrs)
    image, taps = (graph.tensors[name].shape[1:3] for name in op.inputs[:2])
    axes = window_axes(op.attrs, (image[0], image[1]), (taps[0], taps[1]))
    return any(axis.before or axis.after for axis in axes)
