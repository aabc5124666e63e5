"""Which layer of a model loses accuracy in integers, why, and what changes it: no board needed."""

from mcuq.pipeline.debug.debug import debug
from mcuq.pipeline.debug.result import DEBUGGED, Debugged, Suspect, TriedChange
from mcuq.pipeline.debug.suspect import find_suspect

__all__ = ["DEBUGGED", "Debugged", "Suspect", "TriedChange", "debug", "find_suspect"]
