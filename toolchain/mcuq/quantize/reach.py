"""Which part of an activation's range any result can tell, behind a MINIMUM or MAXIMUM.

What alone reads a tensor may hold it below a bound: beyond, its integers may saturate, as selecting
the smaller or larger of two values and saturating them give the same in either order. So a clip by
constants takes its range from its bounds, and a bound that holds nothing back takes no resolution.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from mcuq.graph import Graph
from mcuq.quantize.joins import Range, Spans, operands
from mcuq.quantize.scale_groups import use_counts

_ALL = -math.inf, math.inf


def told_apart(graph: Graph, span: Spans) -> Callable[[str], Range]:
    """Tensor → bounds beyond which its values are as good as the bounds.

    Args:
        graph: as it will be quantized.
        span: range of each tensor on its own.
    """
    uses = use_counts(graph)
    reader = {
        name: op for op in graph.ops if op.kind.scale.moves for name in op.inputs if uses[name] == 1
    }

    def bounds(name: str) -> Range:
        if name not in reader:
            return _ALL
        op = reader[name]
        low, high = bounds(op.output)
        if op.kind.scale.joined:
            least, largest = op.kind.scale.reached([span(n) for n in operands(op, graph.tensors)])
            low, high = max(low, least), min(high, largest)
        return low, high

    return bounds
