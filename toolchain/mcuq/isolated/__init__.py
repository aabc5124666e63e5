"""Foreign native code in a process of its own: what it does wrong ends that process, not ours."""

from mcuq.isolated.limits import PATIENCE_S, CallLimits, bounded_memory, progressed
from mcuq.isolated.worker import Confined, End, IsolatedError, call_isolated

__all__ = [
    "PATIENCE_S",
    "CallLimits",
    "Confined",
    "End",
    "IsolatedError",
    "bounded_memory",
    "call_isolated",
    "progressed",
]
