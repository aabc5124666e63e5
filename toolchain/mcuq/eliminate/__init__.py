"""Channels that cannot matter, taken out of a float graph: exact, before anything is quantized.

A channel goes where it is the same value whatever the input (its products become bias), where it
equals another one of its tensor (their weights are added), or where nothing reads it.
"""

from mcuq.eliminate.eliminate import eliminate
from mcuq.eliminate.result import Elimination, LayerChannels

__all__ = ["Elimination", "LayerChannels", "eliminate"]
