"""How far the integers of each activation are from the float model's values, layer by layer."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.graph import Graph, Op
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import quantize_inputs, quantize_samples, run_integer
from mcuq.interpret.samples import SampleArray
from mcuq.numeric.storage import as_reals
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.quantized import QuantizedGraph
from mcuq.score.settings import ERRORS

Values = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class LayerError:
    """One operator's output: float model against integers, over all samples and values.

    Attributes:
        name: of the tensor.
        operator: its kind, such as "CONV_2D".
        snr_db: energy of the float values over that of the difference, in decibels, within
            ±`ERRORS.most_db`; everything before it errs, too.
        own_snr_db: the same where the operator alone is in integers, fed with the float model's
            values as its inputs store them; None in a model that keeps states.
        cosine: of the angle between both, all values as one vector.
        worst_channel: number, on the last axis, of the channel with the least signal to noise;
            None where no channel has a signal.
        worst_channel_snr_db: of that channel.
        clipped: share of the float values that lie beyond what the integers reach.
    """

    name: str
    operator: str
    snr_db: float
    own_snr_db: float | None
    cosine: float
    worst_channel: int | None
    worst_channel_snr_db: float | None
    clipped: float


def layer_errors(
    graph: Graph,
    qgraph: QuantizedGraph,
    inputs: Sequence[SampleArray],
    kept: Mapping[str, npt.NDArray[np.bool_]] | None = None,
) -> tuple[LayerError, ...]:
    """Of every operator whose output the float model has, too, in execution order.

    Args:
        graph: the float model.
        qgraph: the same in integers; tensors have the same names.
        inputs: real values (samples, …) in the graph's layout, one array an input; of a model that
            keeps states (samples, steps, …).
        kept: activation → which of the float model's channels, on the last axis, the integers
            have; one left out has all.
    """
    known = set(graph.activations)
    ops = [op for op in qgraph.ops if op.output in known]
    sums = {op.output: _Sums() for op in ops}
    for block in _blocks(graph, inputs):
        floats = run_float(graph, block, [*dict.fromkeys((*graph.inputs, *sums))])
        floats |= {name: floats[name][..., of] for name, of in (kept or {}).items() if name in sums}
        found = run_integer(qgraph, quantize_inputs(qgraph, block), list(sums))
        for op in ops:
            tensor = qgraph.tensors[op.output]
            alone = None if qgraph.states else _alone(qgraph, op, floats)
            sums[op.output].add(floats[op.output], found[op.output], alone, tensor)
    return tuple(sums[op.output].error(op) for op in ops)


def _blocks(graph: Graph, inputs: Sequence[SampleArray]) -> Iterator[list[Values]]:
    """All activations of a block are held at once, twice."""
    values = sum(graph.tensors[name].size for name in graph.activations)
    steps = inputs[0].shape[1] if graph.states else 1
    together = max(1, ERRORS.values_together // (values * steps))
    for start in range(0, len(inputs[0]), together):
        yield [np.asarray(x[start : start + together], np.float32) for x in inputs]


def _alone(qgraph: QuantizedGraph, op: Op, floats: Mapping[str, Values]) -> Values:
    """What an operator gives for the float model's values."""
    fed: dict[str, Values] = {}
    makers = {name: other for other in qgraph.ops for name in other.outputs}
    wanted = [*op.inputs]
    while wanted:
        name = wanted.pop()
        tensor = qgraph.tensors[name]
        if name in fed or tensor.is_constant:
            continue
        if name in floats:
            fed[name] = quantize_samples(floats[name], tensor)
        else:
            # A conversion that the float model has not.
            wanted += makers[name].inputs
    return run_integer(qgraph, [], [op.output], fed)[op.output] if fed else np.empty(0)


@dataclass(eq=False)
class _Sums:
    """Energies a channel, (channels,), over what was added."""

    signal: Floats = field(default_factory=lambda: np.zeros(1))
    stored: Floats = field(default_factory=lambda: np.zeros(1))
    product: Floats = field(default_factory=lambda: np.zeros(1))
    noise: Floats = field(default_factory=lambda: np.zeros(1))
    own: float | None = None
    clipped: int = 0
    count: int = 0

    def add(
        self, real: Values, stored: Values, alone: Values | None, tensor: QuantizedTensor
    ) -> None:
        wanted = _by_channel(real)
        found = _by_channel(as_reals(stored, tensor))
        self.signal = self.signal + (wanted**2).sum(axis=0)
        self.stored = self.stored + (found**2).sum(axis=0)
        self.product = self.product + (wanted * found).sum(axis=0)
        self.noise = self.noise + ((wanted - found) ** 2).sum(axis=0)
        if alone is not None and alone.size:
            own = ((wanted - _by_channel(as_reals(alone, tensor))) ** 2).sum()
            self.own = (self.own or 0.0) + float(own)
        self.clipped += _beyond(wanted, tensor)
        self.count += wanted.size

    def error(self, op: Op) -> LayerError:
        signal, stored = float(self.signal.sum()), float(self.stored.sum())
        worst = self._worst()
        return LayerError(
            name=op.output,
            operator=op.kind.name,
            snr_db=decibels(signal, float(self.noise.sum())),
            own_snr_db=None if self.own is None else decibels(signal, self.own),
            cosine=_cosine(float(self.product.sum()), signal, stored),
            worst_channel=worst,
            worst_channel_snr_db=None
            if worst is None
            else decibels(float(self.signal[worst]), float(self.noise[worst])),
            clipped=round(self.clipped / max(self.count, 1), 6),
        )

    def _worst(self) -> int | None:
        has_signal = np.flatnonzero(self.signal > 0)
        if not len(has_signal):
            return None
        share = self.noise[has_signal] / self.signal[has_signal]
        return int(has_signal[share.argmax()])


def _by_channel(values: Values) -> Floats:
    """(values, channels) in float64: the last axis of samples (N, …) counts the channels."""
    channels = values.shape[-1] if values.ndim > 1 else 1
    return values.astype(np.float64).reshape(-1, channels)


def _beyond(values: Floats, tensor: QuantizedTensor) -> int:
    """How many lie more than a step beyond the range of the integers."""
    if tensor.is_float:
        return 0
    half = 1 << (tensor.bits - 1)
    scale = float(tensor.scale[0])
    low = scale * (-half - tensor.zero_point - 1)
    high = scale * (half - 1 - tensor.zero_point + 1)
    return int(np.count_nonzero((values < low) | (values > high)))


def decibels(signal: float, noise: float) -> float:
    """10 log10 of their ratio, to two decimals, within ±`ERRORS.most_db`."""
    most = ERRORS.most_db
    if noise <= 0.0:
        return most
    if signal <= 0.0:
        return -most
    return round(min(most, max(-most, 10.0 * math.log10(signal / noise))), 2)


def _cosine(product: float, first: float, second: float) -> float:
    """1 for two zero vectors, 0 where one of them is."""
    if first <= 0.0 or second <= 0.0:
        return float(first == second)
    return round(product / math.sqrt(first * second), 6)
