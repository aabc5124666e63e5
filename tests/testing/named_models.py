"""Small emitted models under names of their own, and names to draw."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st
from operator_cases import FixedRanges

from mcuq.bench.chain import Chain
from mcuq.cost import MemoryPlan, plan_program
from mcuq.emit.c import write_c_model
from mcuq.emit.c.names import LONGEST, RESERVED, Names
from mcuq.lower import LowerOptions, lower
from mcuq.numeric.activation import Activation
from mcuq.quantize import Config, quantize
from mcuq.resources import firmware_dir

WORDS = (
    st.from_regex(r"[A-Za-z](_?[A-Za-z0-9]){0,19}", fullmatch=True)
    .filter(lambda word: len(word) <= LONGEST and word.lower() not in RESERVED)
    .filter(lambda word: not word.lower().startswith(("mcuq", "arm_")))
)
"""Names that are allowed."""


def small_plan(outputs: int = 3, address_bytes: int = 4) -> MemoryPlan:
    """A convolution, pooling and a dense layer; every model has the same weights."""
    chain = Chain("small", (1, 4, 4, 2), 0)
    chain.conv(4, 3, 1)
    chain.pool()
    chain.dense(outputs, Activation.NONE)
    qgraph = quantize(chain.graph(), FixedRanges(), Config())
    return plan_program(lower(qgraph, LowerOptions(address_bytes=address_bytes)))


def emitted(folder: Path, word: str, *, outputs: int = 3, address_bytes: int = 4) -> Path:
    """The C project of such a model, in a folder of its name."""
    plan = small_plan(outputs, address_bytes)
    write_c_model(plan, firmware_dir(), folder / word, names=Names(word))
    return folder / word
