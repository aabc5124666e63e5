"""What the channels that filters read are like on calibration samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcuq.content import ByContent
from mcuq.eliminate import Roles
from mcuq.graph import Graph, Op
from mcuq.interpret.float.run import run_blocks
from mcuq.interpret.samples import OnDisk, SampleArray
from mcuq.prune.settings import PRUNING
from mcuq.ptq.candidates.layer import LayerShape
from mcuq.ptq.candidates.moments import damped, measure

Float64 = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ChannelStatistics(ByContent):
    """Of an activation.

    Attributes:
        covariance: of its channels over samples and positions, (channels, channels), damped so
            that it can be inverted.
        mean: over samples, of the activation's shape.
    """

    covariance: Float64
    mean: Float64


def measure_channels(graph: Graph, inputs: Sequence[SampleArray]) -> dict[str, ChannelStatistics]:
    """Of every activation that a filter reads whose channels can be told apart.

    Args:
        inputs: real samples, one array (N, …) an input.
    """
    roles = Roles(graph)
    readers: dict[str, Op] = {}
    for op in graph.ops:
        if op.name in roles.mixing:
            readers.setdefault(op.inputs[0], op)
    seen = {name: OnDisk() for name in readers}
    totals = {name: np.zeros(graph.tensors[name].shape) for name in readers}
    few = [x[: PRUNING.samples] for x in inputs]
    for block in run_blocks(graph, few, seen):
        for name, values in block.items():
            seen[name].append(values)
            totals[name] += values.astype(np.float64).sum(axis=0)
    return {
        name: ChannelStatistics(_covariance(op, samples := seen[name]), totals[name] / len(samples))
        for name, op in readers.items()
    }


def _covariance(reader: Op, samples: OnDisk) -> Float64:
    """Each position of each sample is a vector of channels."""
    channels = samples[:1].shape[-1]
    moments = measure(LayerShape(reader, (1, channels), 0, (1, 1), None), samples, samples)
    covariance: Float64 = damped(moments.centred().gram, PRUNING.damping)[0]
    return covariance
