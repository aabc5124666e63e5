"""What no input of a built model can exceed, and what the extremes take."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mcuq.bundle.samples import StoredInput, stored_inputs
from mcuq.graph.indices import Limits, integer_span
from mcuq.numeric.element import Element
from mcuq.report.store import read_manifest
from mcuq.result.manifest import Figures
from mcuq.result.worst import Worst
from mcuq_hil import load_board, open_session
from mcuq_hil.errors import NoBoundError
from mcuq_hil.worst.measure import bounding_session, most_instructions

_RANDOM = 3


def worst_case(folder: Path) -> Worst:
    """The bound of a result that `mcuq build` wrote.

    Raises:
        InputError: it is no result.
        HilError: its board has no emulator, or that failed.
    """
    manifest = read_manifest(folder)
    board, elf = load_board(manifest.target.name), folder / "firmware.elf"
    tried = extremes((folder / "model.tflite").read_bytes())
    with open_session(board, elf) as session:
        taken = [session.count(inputs).total for inputs in tried]
    bound, reason = None, ""
    try:
        with bounding_session(board, elf) as session:
            bound = most_instructions(session, tried)
    except NoBoundError as error:
        reason = error.cause
    cycles = _cycles(manifest.result, bound)
    ms = None if cycles is None else round(1000 * cycles / board.core_hz, 4)
    stack = manifest.result.stack_bytes
    return Worst(bound, cycles, ms, reason, min(taken), max(taken), len(tried), stack)


def _cycles(result: Figures, bound: int | None) -> int | None:
    """As many instructions at the most cycles each that the build's estimate allows."""
    if bound is None or result.cycles_interval is None or not result.instructions:
        return None
    return -(-bound * result.cycles_interval[1] // result.instructions)


def extremes(flatbuffer: bytes) -> list[list[bytes]]:
    """Inputs as far apart as they can be, each the bytes of every input of the model."""
    inputs = stored_inputs(flatbuffer)
    random = np.random.default_rng(0)
    made = [[_pattern(one, which) for one in inputs] for which in range(4)]
    return made + [[_random(one, random) for one in inputs] for _ in range(_RANDOM)]


def _span(stored: StoredInput) -> tuple[Limits, Limits]:
    """Lowest and highest of each value; of reals, those that int8 spans."""
    if stored.dtype.kind not in "bi" or stored.dtype in (np.int8, np.int16):
        type_ = np.iinfo(np.int8 if stored.dtype.kind == "f" else stored.dtype)
        return np.full(stored.count, type_.min), np.full(stored.count, type_.max)
    return integer_span(Element(stored.dtype.name), stored.limits, (stored.count,))


def _pattern(stored: StoredInput, which: int) -> bytes:
    low, high = _span(stored)
    second = np.arange(stored.count) % 2 == 1
    values = (low, high, np.maximum(low, 0), np.where(second, high, low))[which]
    return values.astype(stored.dtype).tobytes()


def _random(stored: StoredInput, random: np.random.Generator) -> bytes:
    return random.integers(*_span(stored), endpoint=True).astype(stored.dtype).tobytes()
