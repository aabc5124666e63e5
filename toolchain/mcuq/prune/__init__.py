"""Channels that a network can do without, at a price: which, in what order, and how they go.

Structured pruning without training. What remains of a layer that reads fewer channels is the
least-squares fit of what it gave, with the means of what went in its bias; the channels are then
read by nothing, and `mcuq.eliminate` takes them out.
"""

from mcuq.prune.cut import Pruned, prune
from mcuq.prune.order import PrunedLevels, dropped, pruned_levels
from mcuq.prune.sets import ChannelSet, channel_sets
from mcuq.prune.statistics import ChannelStatistics, measure_channels

__all__ = [
    "ChannelSet",
    "ChannelStatistics",
    "Pruned",
    "PrunedLevels",
    "channel_sets",
    "dropped",
    "measure_channels",
    "prune",
    "pruned_levels",
]
