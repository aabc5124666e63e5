"""Cycles of a board that is not there: estimated, with an interval, never mixed with measured ones.

Where the emulator shows what it executes and the board's file describes its flash, a model of the
core's pipeline and of the flash; else a constant a core from the instructions alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mcuq_hil.bench import open_session
from mcuq_hil.boards import Board
from mcuq_hil.cycles.cores import CONSTANTS, CORES
from mcuq_hil.errors import BoardError
from mcuq_hil.session import Counts

Basis = Literal["pipeline", "constant"]


@dataclass(frozen=True)
class Estimate:
    """Cycles of one inference on hardware.

    Attributes:
        basis: "pipeline": a model of core and flash; "constant": cycles an instruction.
        total: of the whole inference.
        layers: one a layer, empty where the image was not built to be profiled.
        band: half the interval's width, a share of each estimate.
    """

    basis: Basis
    total: int
    layers: tuple[int, ...]
    band: float


def has_model(board: Board) -> bool:
    """Whether cycles come from a model of the pipeline, not from a constant."""
    emulator = board.emulator
    is_shown = emulator is not None and emulator.engine == "unicorn"
    return is_shown and board.timing is not None and board.core in CORES


def check_timed(board: Board) -> None:
    """Refuse a board whose emulated counter cannot tell estimated cycles.

    Raises:
        BoardError: nothing models its core or its flash.
    """
    if not has_model(board):
        raise BoardError(
            f"{board.title}: nothing estimates its cycles block by block",
            "take a board that Unicorn emulates and whose file has [timing], such as stm32f746",
        )


def estimate_band(board: Board) -> float:
    """Half the width of an estimate's interval, as a share of it."""
    return CORES[board.core].band if has_model(board) else CONSTANTS[board.core].band


def estimate_cycles(
    board: Board, elf: Path, inputs: Sequence[bytes], counted: Counts, most_instructions: int
) -> Estimate:
    """Estimate one inference.

    Args:
        elf: the image.
        inputs: int8 bytes of every input.
        counted: its instructions, from the board's emulator.
        most_instructions: that it may take, for how long to wait.

    Raises:
        HilError: the emulated run failed.
    """
    if not has_model(board):
        each = CONSTANTS[board.core].per_instruction
        layers = tuple(round(each * count) for count in counted.layers)
        return Estimate("constant", round(each * counted.total), layers, estimate_band(board))
    with open_session(board, elf, estimating=True) as session:
        session.expect(most_instructions)
        cycles = session.count(inputs)
    return Estimate("pipeline", cycles.total, cycles.layers, estimate_band(board))
