"""From a quantized graph to kernel calls: what is costed, planned and printed as C."""

from mcuq.lower.lower import lower
from mcuq.lower.options import LowerOptions, has_lanes, multiplies_pairs
from mcuq.lower.program import Array, Call, Program

__all__ = [
    "Array",
    "Call",
    "LowerOptions",
    "Program",
    "has_lanes",
    "lower",
    "multiplies_pairs",
]
