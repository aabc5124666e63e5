"""Operators on variables: fields of their options. They move values between runs and compute
nothing, so that no graph has them: a graph has states.
"""

from __future__ import annotations

from enum import IntEnum

VARIABLES = {
    "ASSIGN_VARIABLE": "AddAssignVariable",
    "CALL_ONCE": "AddCallOnce",
    "READ_VARIABLE": "AddReadVariable",
    "VAR_HANDLE": "AddVarHandle",
}
"""Each with the method by which TensorFlow Lite Micro's resolver takes it."""


class CallOnce(IntEnum):
    SUBGRAPH = 0


class VarHandle(IntEnum):
    CONTAINER = 0
    SHARED_NAME = 1
