"""Narrow weights of a convolution, copied to RAM as those of int8.

Kernels of narrow weights sum up every column of inputs, for weights are stored with an offset;
those of int8 need no such sums. With few outputs a pixel the sums are a large part of the work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mcuq.lower.packing import GROUP, column_scratch, padded_depth
from mcuq.lower.program import Call
from mcuq.lower.settings import LOWERING
from mcuq.numeric.widths import weight_limits
from mcuq.ops.weighted import CONV_2D
from mcuq.ops.weighted_params import ConvParams
from mcuq.quantized import op_params
from mcuq.quantized.qgraph import QuantizedGraph

_COPIERS: Mapping[str, tuple[str, str]] = {
    f"mcuq_{form}_{width}": (f"mcuq_widen_{width}", f"mcuq_{form}_s8")
    for form in ("conv", "pointwise")
    for width in ("s4", "s2", "ternary")
}
"""Function → what copies its weights as those of int8, and the function that takes these."""

_LARGEST_INPUT = 128
_RADIX = 256
"""Of nested int8 sums."""


@dataclass(frozen=True)
class Widened:
    """A layer with its weights as those of int8.

    Attributes:
        nbytes: of the weights.
        copier: the C function that copies them.
        function: the C function of the layer.
        scratch_bytes: that it works in beside the copy.
    """

    nbytes: int
    copier: str
    function: str
    scratch_bytes: int


def widened(qgraph: QuantizedGraph, call: Call) -> Widened | None:
    """The layer with weights as those of int8; None where that is not exact or does not pay."""
    if call.function not in _COPIERS or call.op.kind is not CONV_2D:
        return None
    weight, output = qgraph.tensors[call.op.inputs[1]], qgraph.tensors[call.op.output]
    params: ConvParams = op_params(qgraph, call.op)
    outputs, height, kernel_width, inputs = weight.shape
    depth = padded_depth((height, kernel_width), inputs, params.window.dilation[1])
    largest = max(map(abs, weight_limits(weight.bits)))
    is_exact = _RADIX * _LARGEST_INPUT * largest * depth < 1 << 31
    pixels = output.size // outputs
    if not is_exact or pixels * depth < LOWERING.widened_elements:
        return None
    nbytes = -(-outputs // GROUP) * GROUP * depth
    return Widened(nbytes, *_COPIERS[call.function], column_scratch(depth))
