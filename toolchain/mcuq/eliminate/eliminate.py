"""Take out of a graph what cannot matter."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mcuq.eliminate.follow import Known, follow
from mcuq.eliminate.keep import Selection, select
from mcuq.eliminate.rebuild import rebuilt
from mcuq.eliminate.result import Elimination, LayerChannels
from mcuq.eliminate.ties import Roles
from mcuq.graph import Graph, Op
from mcuq.ops.operator import Span


def eliminate(graph: Graph, inputs: Mapping[str, Span] | None = None) -> Elimination:
    """The graph of the channels that matter.

    It has the same operators, inputs, outputs, states and names, and in real numbers computes the
    same, but for products that no float32 sum shows beside the bias they are added to.

    Args:
        inputs: graph input → what it is held to, where it is; nothing is assumed of others.
    """
    roles = Roles(graph)
    known = follow(graph, roles, inputs or {})
    chosen = select(graph, roles, known)
    if all(kept.all() for kept in chosen.kept.values()):
        return Elimination(graph)
    layers = [_layer(op, known, chosen) for op in graph.ops if op.kind.weighted]
    return Elimination(
        rebuilt(graph, roles, known, chosen),
        tuple(layer for layer in layers if layer.after < layer.before),
    )


def _layer(op: Op, known: Known, chosen: Selection) -> LayerChannels:
    kept, spans = chosen.kept[op.output], known.spans[op.output]
    stand_ins = chosen.stand_ins[op.output]
    fixed = ~kept & spans.fixed
    zero = fixed & (spans.low == 0)
    equal = ~kept & ~fixed & (stand_ins != np.arange(len(kept))) & kept[stand_ins]
    gone = int((~kept).sum())
    zeros, constants, duplicates = (int(each.sum()) for each in (zero, fixed & ~zero, equal))
    return LayerChannels(
        op.name,
        len(kept),
        len(kept) - gone,
        zeros,
        constants,
        duplicates,
        gone - zeros - constants - duplicates,
    )
