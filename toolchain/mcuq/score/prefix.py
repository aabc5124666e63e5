"""Activations that candidates share: computed once where the first layers are equal.

Candidates of a search differ in a few tensors. Where everything up to some operator is equal, the
activation behind it is, too; the rest of the model starts from there. Activations are kept from
the second time that a beginning is seen, within a fixed number of bytes, latest used last out.
"""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.numeric.tensor import QuantizedTensor
from mcuq.quantized.qgraph import QuantizedGraph
from mcuq.score.settings import RANKING

Int8s = npt.NDArray[np.int8]


@dataclass(frozen=True)
class CutPoint:
    """A tensor through which everything behind it passes.

    Attributes:
        tensor: its name.
        position: operators before it.
        digest: of all that its value depends on, the model's input samples aside.
        nbytes: of its value for one sample.
    """

    tensor: str
    position: int
    digest: bytes
    nbytes: int


def cut_points(qgraph: QuantizedGraph) -> list[CutPoint]:
    """The cut_points of a graph with one input and no states, first to last; none for others."""
    if len(qgraph.inputs) != 1 or qgraph.states:
        return []
    last_use = {name: i for i, op in enumerate(qgraph.ops) for name in op.inputs}
    last_use |= dict.fromkeys(qgraph.outputs, len(qgraph.ops))
    alive = set(qgraph.inputs)
    digest = hashlib.blake2b(_parameters(qgraph.tensors[qgraph.inputs[0]]), digest_size=16)
    found = []
    for position, op in enumerate(qgraph.ops):
        digest.update(repr((op.kind.name, op.inputs, op.outputs, op.attrs)).encode())
        for name in (*op.inputs, *op.outputs):
            if name in qgraph.tensors and name not in alive:
                digest.update(_parameters(qgraph.tensors[name]))
        alive |= set(op.outputs)
        alive = {name for name in alive if last_use.get(name, -1) > position}
        if len(alive) == 1:
            (name,) = alive
            found.append(CutPoint(name, position + 1, digest.digest(), qgraph.tensors[name].nbytes))
    return found


def _parameters(tensor: QuantizedTensor) -> bytes:
    data = b"" if tensor.data is None else tensor.data.tobytes()
    return b"%d %d " % (tensor.bits, tensor.zero_point) + tensor.scale.tobytes() + data


def after(qgraph: QuantizedGraph, cut_point: CutPoint) -> QuantizedGraph:
    """The rest of the graph, from `cut_point` on."""
    ops = qgraph.ops[cut_point.position :]
    names = {cut_point.tensor, *(name for op in ops for name in (*op.inputs, *op.outputs))}
    tensors = {name: t for name, t in qgraph.tensors.items() if name in names}
    return dataclasses.replace(qgraph, ops=ops, inputs=(cut_point.tensor,), tensors=tensors)


@dataclass(eq=False)
class PrefixCache:
    """Activations behind cut_points by (digest, samples)."""

    limit: int = RANKING.cache_bytes
    _kept: OrderedDict[tuple[bytes, Any], Int8s] = field(default_factory=OrderedDict)
    _seen: OrderedDict[tuple[bytes, Any], None] = field(default_factory=OrderedDict)
    _bytes: int = 0

    def deepest(self, found: list[CutPoint], samples: Any) -> tuple[CutPoint, Int8s] | None:
        """The last cut_point whose activation is here, and the activation."""
        for cut_point in reversed(found):
            key = (cut_point.digest, samples)
            if key in self._kept:
                self._kept.move_to_end(key)
                return cut_point, self._kept[key]
        return None

    def wanted(self, found: list[CutPoint], samples: Any, count: int) -> list[CutPoint]:
        """Joints seen before whose activations are not here; from now on all have been seen.

        Of those only the deepest that fit the limit together, for they are computed at once.

        Args:
            found: the cut_points of a graph, first to last.
            samples: which samples.
            count: how many they are.
        """
        again = [cut_point for cut_point in found if self._missing((cut_point.digest, samples))]
        self._seen.update(dict.fromkeys((cut_point.digest, samples) for cut_point in found))
        while len(self._seen) > RANKING.digests:
            self._seen.popitem(last=False)
        together = itertools.accumulate(count * cut_point.nbytes for cut_point in reversed(again))
        return again[len(again) - sum(nbytes <= self.limit for nbytes in together) :]

    def _missing(self, key: tuple[bytes, Any]) -> bool:
        return key in self._seen and key not in self._kept

    def keep(self, cut_point: CutPoint, samples: Any, values: Int8s) -> None:
        """Store an activation; the longest unused ones make room."""
        if values.nbytes > self.limit:
            return
        self._kept[cut_point.digest, samples] = values
        self._bytes += values.nbytes
        while self._bytes > self.limit:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= dropped.nbytes
