"""Print the registry as a Markdown table: docs/boards.md holds it, a test keeps it equal.

python scripts/board_table.py
"""

from __future__ import annotations

from mcuq_hil.boards.registry import list_boards
from mcuq_hil.boards.schema import Board

_TITLES = ("name", "board", "part", "core", "clock", "flash", "RAM", "has run on")


def render_table() -> str:
    """One line a board, real ones first."""
    boards = sorted(list_boards(), key=lambda board: (not board.real, board.name))
    rows = [_TITLES, tuple("---" for _ in _TITLES), *(_row(board) for board in boards)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _row(board: Board) -> tuple[str, ...]:
    return (
        f"`{board.name}`",
        board.title,
        board.part,
        board.core.replace("cortex-", "").upper().replace("PLUS", "+"),
        f"{board.core_hz // 1_000_000} MHz",
        f"{board.flash_bytes // 1024} KB",
        f"{board.ram_bytes // 1024} KB",
        _has_run_on(board),
    )


def _has_run_on(board: Board) -> str:
    where = []
    if board.hardware_tested:
        where.append("hardware")
    if board.emulator is not None:
        where.append("Unicorn" if board.emulator.engine == "unicorn" else "QEMU")
    return ", ".join(where) or "nothing: it links"


if __name__ == "__main__":
    print(render_table())
