"""Operators on variables: fields of their options. They move values between runs and compute
nothing, so that no graph has them: a graph has states.
"""

from __future__ import annotations

from enum import IntEnum

VARIABLES = frozenset({"CALL_ONCE", "VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE"})


class CallOnce(IntEnum):
    SUBGRAPH = 0


class VarHandle(IntEnum):
    CONTAINER = 0
    SHARED_NAME = 1
