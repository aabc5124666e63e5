"""Foreign native code in a process of its own: what it does wrong ends that process, not ours."""

from mcuq.isolated.limits import PATIENCE_S, progressed
from mcuq.isolated.worker import IsolatedError, call_isolated

__all__ = ["PATIENCE_S", "IsolatedError", "call_isolated", "progressed"]
