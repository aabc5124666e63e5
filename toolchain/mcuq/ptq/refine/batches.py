"""What a step of the training sees: samples as they are, or convex mixes of two.

A network of few bits learns few samples by heart. Between two samples the float model has an
answer, too, so that no pass need show the same twice (mixup, Zhang et al. 2018; here it is no label
that is mixed: the float model answers the mix).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from mcuq.graph import Graph
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import dequantize_outputs, quantize_inputs
from mcuq.interpret.samples import Numbers, SampleArray
from mcuq.numeric.element import Element
from mcuq.ops.cast import CAST
from mcuq.ops.operator import Values as Array
from mcuq.quantized.qgraph import QuantizedGraph

Batch = tuple[dict[str, Array], Mapping[str, Array]]
"""Inputs as the device is given them, in real numbers, (N, *shape); the float model's answers."""


class Batches(Protocol):
    """Where batches come from."""

    def __call__(self, picked: Numbers) -> Batch:
        """The batch of the samples of these numbers."""
        ...


class PlainBatches:
    """Samples as they are.

    Args:
        teacher: the float model.
        qgraph: whose inputs are given.
        inputs: real samples, (N, …) for each input.
        keep: activations of the teacher that are its answers.
    """

    def __init__(
        self,
        teacher: Graph,
        qgraph: QuantizedGraph,
        inputs: Sequence[SampleArray],
        keep: tuple[str, ...],
    ) -> None:
        self._qgraph = qgraph
        self._answers = run_float(teacher, inputs, keep=keep)
        self._stored = quantize_inputs(qgraph, inputs)

    def __call__(self, picked: Numbers) -> Batch:
        """Nothing is computed but the inputs' reals."""
        answers = {name: array[picked] for name, array in self._answers.items()}
        return _as_real(self._qgraph, [array[picked] for array in self._stored]), answers


class MixedBatches:
    """Of each sample asked for λ, of another one 1 - λ, all inputs alike; λ is drawn evenly.

    Args:
        teacher, qgraph, inputs, keep: as of `PlainBatches`; `can_mix` says which models.
        least_share: smallest λ.
        random: draws the other samples and λ.
    """

    def __init__(
        self,
        teacher: Graph,
        qgraph: QuantizedGraph,
        inputs: Sequence[SampleArray],
        keep: tuple[str, ...],
        least_share: float,
        random: np.random.Generator,
    ) -> None:
        self._teacher, self._qgraph, self._keep = teacher, qgraph, keep
        self._inputs = inputs
        self._least_share, self._random = least_share, random

    def __call__(self, picked: Numbers) -> Batch:
        """The float model runs on the mixes: they are never the same again."""
        others = self._random.integers(len(self._inputs[0]), size=len(picked))
        shares = self._random.uniform(self._least_share, 1.0, len(picked)).astype(np.float32)
        mixes = [mixed(x[picked], x[others], shares) for x in self._inputs]
        answers = run_float(self._teacher, mixes, keep=self._keep)
        return _as_real(self._qgraph, quantize_inputs(self._qgraph, mixes)), answers


def mixed(first: Array, second: Array, shares: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """`shares` (N,) of `first` and the rest of `second`, both (N, …)."""
    share = shares.reshape(-1, *(1 for _ in first.shape[1:]))
    return share * first.astype(np.float32) + (1 - share) * second.astype(np.float32)


def can_mix(graph: Graph) -> bool:
    """Whether what lies between two samples is one, too.

    Indices and truth values are not: neither given, nor hidden in reals that become integers.
    """
    kinds = [graph.tensors[name].element for name in graph.inputs]
    kinds += [graph.tensors[op.output].element for op in graph.ops if op.kind is CAST]
    return not graph.states and all(kind is Element.REAL for kind in kinds)


def _as_real(qgraph: QuantizedGraph, stored: Sequence[npt.NDArray[Any]]) -> dict[str, Array]:
    real = dequantize_outputs(qgraph, dict(zip(qgraph.inputs, stored, strict=True)))
    return {name: x.reshape(len(x), *qgraph.tensors[name].shape) for name, x in real.items()}
