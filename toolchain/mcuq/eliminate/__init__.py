"""Channels that cannot matter, taken out of a float graph: exact, before anything is quantized.

A channel goes where it is the same value whatever the input (its products become bias), where it
equals another one of its tensor (their weights are added), or where nothing reads it.
"""

from mcuq.eliminate.eliminate import eliminate
from mcuq.eliminate.groups import Groups
from mcuq.eliminate.result import Elimination, LayerChannels
from mcuq.eliminate.ties import Roles
from mcuq.eliminate.unread import Remaining, without_unread

__all__ = [
    "Elimination",
    "Groups",
    "LayerChannels",
    "Remaining",
    "Roles",
    "eliminate",
    "without_unread",
]
