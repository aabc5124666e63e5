"""Which channels of a quantized model can change places, and with which others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from mcuq.eliminate import Groups, Roles
from mcuq.graph import Graph, Op, Tensor
from mcuq.ops.weighted import CONV_2D, FULLY_CONNECTED
from mcuq.quantized import QuantizedGraph

Indices = npt.NDArray[np.intp]
OF_BLOCKS = (CONV_2D, FULLY_CONNECTED)
"""Operators whose filters can have two widths."""


class Places:
    """The channels of a model and the sets within which they can be ordered at will.

    Attributes:
        groups: channels that are the same one, wherever they are.
        roles: what operators do with channels.
        sets: groups that can change places, of each set in the order of the model.
    """

    def __init__(self, qgraph: QuantizedGraph) -> None:
        self._qgraph, graph = qgraph, _structure(qgraph)
        self.roles = Roles(graph)
        self.groups = Groups(graph, self.roles)
        pinned = self.groups.pinned.copy()
        for op in graph.ops:
            if self._has_odd_constant(op):
                pinned[self.groups.of[op.output]] = True
        holders: dict[int, list[str]] = defaultdict(list)
        for name in graph.activations:
            for group in dict.fromkeys(self.groups.of[name].tolist()):
                holders[group].append(name)
        together: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for group, names in holders.items():
            if not pinned[group]:
                together[tuple(names)].append(group)
        self.sets = tuple(np.array(members, np.intp) for members in together.values())

    def _has_odd_constant(self, op: Op) -> bool:
        """Whether a constant with channels is not this operator's own, channel by channel."""
        tied = self.roles.ties.get(op.name) or {}
        tensors = self._qgraph.tensors
        every = np.arange(tensors[op.output].shape[-1] if tensors[op.output].shape else 1)
        return any(
            tensors[name].is_constant
            and (self.roles.readers[name] > 1 or not all(np.array_equal(x, every) for x in pair))
            for name, pair in tied.items()
        )

    @cached_property
    def filters(self) -> Mapping[str, int]:
        """Filter that can have two widths → number of the set that its channels are.

        Filters of one set are ordered together: what is narrow in one of them has to be a part of
        what is narrow in another.
        """
        tensors = self._qgraph.tensors
        of_set = {
            tuple(sorted(members.tolist())): number for number, members in enumerate(self.sets)
        }
        found = {}
        for op in self._qgraph.ops:
            if op.name not in self.roles.mixing or op.kind not in OF_BLOCKS:
                continue
            # A channel that goes with another one of the same layer has no place of its own.
            number = of_set.get(tuple(sorted(self.groups.of[op.output].tolist())))
            if number is not None and tensors[op.inputs[1]].axis is not None:
                found[op.inputs[1]] = number
        return found


def _structure(qgraph: QuantizedGraph) -> Graph:
    """Shapes and operators as those of a float graph, which rules about channels look at."""
    tensors = {
        name: Tensor(name, tensor.shape, cast(Any, tensor.data), tensor.element)
        for name, tensor in qgraph.tensors.items()
    }
    return Graph(
        qgraph.name, tensors, qgraph.ops, qgraph.inputs, qgraph.outputs, states=qgraph.states
    )
