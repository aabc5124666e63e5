"""PAD in front of a VALID convolution that TFLite's SAME pads alike."""

from __future__ import annotations

from dataclasses import replace

from mcuq.graph import Graph, Op
from mcuq.importers.simplify.rewrite import Uses, rebuilt
from mcuq.ops.attrs import Padding
from mcuq.ops.movement import PAD, PadAttrs
from mcuq.ops.weighted_params import ConvAttrs, DepthwiseConvAttrs
from mcuq.ops.window import window_axes


def absorb_padding(graph: Graph) -> Graph:
    """Every such PAD goes: the convolution reads the image itself, padded as SAME."""
    uses = Uses(graph)
    replacements: dict[str, Op | None] = {}
    for op in graph.ops:
        pad = uses.producer(op.inputs[0])
        if pad is not None and pad.kind is PAD and uses.only_reader(pad.output) is op:
            absorbed = _absorbed(graph, pad, op)
            if absorbed is not None:
                replacements[pad.name] = None
                replacements[op.name] = absorbed
    return rebuilt(graph, replacements)


def _absorbed(graph: Graph, pad: Op, op: Op) -> Op | None:
    """The convolution with SAME padding, where that pads as `pad` does."""
    attrs = op.attrs
    if pad.output in graph.ranges:
        return None
    if not isinstance(attrs, ConvAttrs | DepthwiseConvAttrs) or attrs.padding is Padding.SAME:
        return None
    assert isinstance(pad.attrs, PadAttrs)
    batch, *pairs, channels = pad.attrs.paddings
    if batch != (0, 0) or channels != (0, 0):
        return None
    _, height, width, _ = graph.tensors[pad.inputs[0]].shape
    kernel = graph.tensors[op.inputs[1]].shape[1:3]
    same = replace(attrs, padding=Padding.SAME)
    axes = window_axes(same, (height, width), (kernel[0], kernel[1]))
    outputs = graph.tensors[op.output].shape[1:3]
    alike = all(
        axis.before == before and axis.output == output
        for axis, (before, _), output in zip(axes, pairs, outputs, strict=True)
    )
    return replace(op, inputs=(pad.inputs[0], *op.inputs[1:]), attrs=same) if alike else None
