"""Filters of two widths: their channels in another order, so that each width is one block.

A filter with `narrow` channels is held as one tensor, in the width of the others. On the way to
code `split` writes the same network with two filters in its place, of one width each, and joins
what they give. Channels are moved to be side by side, in all that reads or adds them, too: sums of
integers do not depend on the order, so that the outputs have the same bytes.
"""

from mcuq.blocks.order import wide_first
from mcuq.blocks.reorder import reordered
from mcuq.blocks.sets import OF_BLOCKS, Places
from mcuq.blocks.split import split, whole_name

__all__ = [
    "OF_BLOCKS",
    "Places",
    "reordered",
    "split",
    "whole_name",
    "wide_first",
]
