"""Operators on variables, and those that run subgraphs: fields of their options.

They compute nothing themselves, so that no graph has them: a graph has states, and its loops are
written out.
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


class While(IntEnum):
    CONDITION = 0
    BODY = 1


class If(IntEnum):
    THEN = 0
    ELSE = 1


class VarHandle(IntEnum):
    CONTAINER = 0
    SHARED_NAME = 1


CALLS = {"CALL_ONCE": tuple(CallOnce), "WHILE": tuple(While), "IF": tuple(If)}
"""Operators that run subgraphs, and the options that name these."""
