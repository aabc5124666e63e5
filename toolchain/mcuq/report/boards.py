"""Boards of the registry as JSON: what their files say, defaults filled in."""

from __future__ import annotations

from dataclasses import dataclass

from mcuq.document import Document
from mcuq_hil.boards import Board


@dataclass(frozen=True)
class DraftedBoard:
    """A board file that `mcuq boards add` began.

    Attributes:
        file: its path.
        missing: keys that no description told, as `table.key`: to be filled in.
        family: the board of the registry whose port, clock and serial driver it has; null where no
            part is named alike.
    """

    file: str
    missing: tuple[str, ...]
    family: str | None


BOARD = Document("board", Board, "one board", "`mcuq boards show --json`", version=2)
BOARDS = Document(
    "boards",
    tuple[Board, ...],
    "every board of the registry",
    "`mcuq boards list --json`",
    version=2,
    marked="entries",
)
DRAFTED = Document(
    "board-draft", DraftedBoard, "a board file that was begun", "`mcuq boards add --json`"
)
