"""Time and energy of an inference, where nothing measured them."""

from __future__ import annotations

from dataclasses import dataclass

from mcuq_hil.boards import Board
from mcuq_hil.estimate import Basis, Estimate

_MS = 1e3
_MICRO = 1e6


@dataclass(frozen=True)
class Estimated:
    """One inference on a board that was not there.

    Attributes:
        cycles: of the core.
        interval: around them, as wide as the model's largest known error.
        basis: what the estimate is made of.
        ms: milliseconds at the board's clock.
        uj: microjoules; None where the board's file gives no current.
    """

    cycles: int
    interval: tuple[int, int]
    basis: Basis
    ms: float
    uj: float | None


def interval(cycles: int, band: float) -> tuple[int, int]:
    """From `band` below to `band` above."""
    return round(cycles * (1 - band)), round(cycles * (1 + band))


def milliseconds(cycles: int, board: Board) -> float:
    """At the board's clock."""
    return _MS * cycles / board.core_hz


def estimated(board: Board, found: Estimate) -> Estimated:
    """Of the whole inference."""
    seconds = found.total / board.core_hz
    watts = None if board.timing is None else board.timing.watts
    return Estimated(
        found.total,
        interval(found.total, found.band),
        found.basis,
        milliseconds(found.total, board),
        None if watts is None else _MICRO * watts * seconds,
    )
