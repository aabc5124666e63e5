"""An instruction as a pipeline model sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "alu",
    "pack",
    "mac",
    "multiply",
    "divide",
    "load",
    "load_two",
    "load_many",
    "store",
    "store_two",
    "store_many",
    "branch",
    "call",
    "it",
    "float",
]
"""`pack`: SXTB16, saturation, PKH, which one unit of a Cortex-M7 does. `mac`: dual multiplies.
`call`: branches that link or go where a register says."""

MEMORY: frozenset[Kind] = frozenset(
    {"load", "load_two", "load_many", "store", "store_two", "store_many"}
)
MULTIPLIES: frozenset[Kind] = frozenset({"mac", "multiply"})


@dataclass(frozen=True)
class Instruction:
    """Attributes:
    reads, writes: names of registers, flags included.
    address: of the registers read, those that an address is made of.
    added: of the registers read, those that a multiplication is only added to.
    moved: of the registers written, those that an address is moved on in.
    registers: that a load or store of many moves.
    shifted: an operand goes through the shifter first.
    target: address that a direct branch goes to; None for all else.
    """

    kind: Kind
    reads: frozenset[str]
    writes: frozenset[str]
    address: frozenset[str] = frozenset()
    added: frozenset[str] = frozenset()
    moved: frozenset[str] = frozenset()
    registers: int = 0
    shifted: bool = False
    target: int | None = None


Flow = Literal["on", "to", "either", "call", "end", "end_or_on", "tbb", "tbh", "unknown"]
"""Where it goes on: the next instruction; another one; one of both; the next after a function;
nowhere in this function; nowhere or the next; one of a table of bytes or half-words; anywhere."""


@dataclass(frozen=True)
class Control:
    """Attributes:
    size: bytes.
    flow: what follows.
    target: where "to" and "either" go, or what "call" calls; None where a register says it.
    """

    size: int
    flow: Flow
    target: int | None = None
