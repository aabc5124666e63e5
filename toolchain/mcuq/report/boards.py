"""Boards of the registry as JSON: what their files say, defaults filled in."""

from __future__ import annotations

from mcuq.document import Document
from mcuq_hil.boards import Board

BOARD = Document("board", Board, "one board", "`mcuq boards show --json`", version=2)
BOARDS = Document(
    "boards",
    tuple[Board, ...],
    "every board of the registry",
    "`mcuq boards list --json`",
    version=2,
    marked="entries",
)
