"""RELU and RELU6 into the operator before."""

from __future__ import annotations

from dataclasses import replace

from mcuq.graph import Graph, Op
from mcuq.importers.simplify.rewrite import Uses, rebuilt
from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import Activated
from mcuq.ops.binary import ADD, BinaryAttrs
from mcuq.ops.unary import RELU, RELU6

_FUSED = {RELU: Activation.RELU, RELU6: Activation.RELU6}
_WEAKER = {
    Activation.RELU: (Activation.NONE, Activation.RELU),
    Activation.RELU6: (Activation.NONE, Activation.RELU, Activation.RELU6),
}
"""Activations that change nothing in front of another one."""


def fuse_activations(graph: Graph) -> Graph:
    """Every activation behind an operator that can apply it, and that nothing else reads."""
    uses = Uses(graph)
    replacements: dict[str, Op | None] = {}
    ranges: dict[str, tuple[float, float]] = {}
    for op in graph.ops:
        before = uses.producer(op.inputs[0])
        activation = _FUSED.get(op.kind) or _clip(graph, op)
        if activation is None or before is None or before.name in replacements:
            continue
        if not isinstance(before.attrs, Activated) or uses.only_reader(before.output) is None:
            continue
        if before.attrs.activation in _WEAKER.get(activation, (Activation.NONE,)):
            attrs = before.attrs.with_activation(activation)
            ranges.update(_passed_on(graph, before, op))
            replacements[before.name] = replace(
                before, name=op.name, outputs=op.outputs, attrs=attrs
            )
            replacements[op.name] = None
    if not replacements:
        return graph
    fused = rebuilt(replace(graph, ranges={**graph.ranges, **ranges}), replacements)
    return fuse_activations(fused)  # a RELU6 may stand behind a RELU


def _passed_on(graph: Graph, before: Op, op: Op) -> dict[str, tuple[float, float]]:
    """The range of a result that goes, as far as the activation behind it lets it through."""
    if before.output not in graph.ranges:
        return {}
    low, high = graph.ranges[before.output]
    lower, upper = graph.ranges.get(op.output, (low, high))
    return {op.output: (max(low, lower), min(high, upper))}


def _clip(graph: Graph, op: Op) -> Activation | None:
    """The activation of an ADD of nothing: a clip that has no operator of its own."""
    if op.kind is not ADD or not isinstance(op.attrs, BinaryAttrs):
        return None
    data = graph.tensors[op.inputs[1]].data
    unchanged = graph.tensors[op.output].shape == graph.tensors[op.inputs[0]].shape
    is_clip = data is not None and unchanged and not data.any()
    return op.attrs.activation if is_clip else None
