"""Without the channels that only weights of zero read: nothing else is looked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mcuq.eliminate.follow import Known
from mcuq.eliminate.keep import select
from mcuq.eliminate.rebuild import rebuilt
from mcuq.eliminate.rows import Flags, rows
from mcuq.eliminate.spans import anything
from mcuq.eliminate.ties import Roles, width
from mcuq.graph import Graph


@dataclass(frozen=True, eq=False)
class Remaining:
    """Attributes:
    graph: of the channels that stay.
    kept: activation of the given graph → whether each of its channels stays.
    """

    graph: Graph
    kept: Mapping[str, Flags]


def without_unread(graph: Graph) -> Remaining:
    """The graph without them: weights that stay are the very numbers, at the places left."""
    roles = Roles(graph)
    sizes = {name: width(graph, name) for name in graph.activations}
    known = Known(
        spans={name: anything(count) for name, count in sizes.items()},
        numbers={name: np.arange(count) for name, count in sizes.items()},
        seen={
            op.name: (rows(graph, op) != 0).any(axis=1)
            for op in graph.ops
            if op.name in roles.mixing
        },
    )
    chosen = select(graph, roles, known)
    return Remaining(rebuilt(graph, roles, known, chosen), chosen.kept)
