"""`mcuq boards`: which boards there are, and what one offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mcuq.cli.output import JsonFlag, stdout, write_json
from mcuq.units import format_bytes

if TYPE_CHECKING:
    from mcuq_hil.boards import Board

app = typer.Typer(help="List the boards, or show one.", no_args_is_help=True)


@app.command("list")
def list_(json: JsonFlag = False) -> None:
    """List every board: its name is what --board takes."""
    from rich.table import Table

    from mcuq_hil.boards import list_boards, load_board

    boards = [load_board(name) for name in list_boards()]
    if json:
        write_json([board.model_dump(mode="json") for board in boards])
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("board", "part", "core"):
        table.add_column(title)
    for title in ("flash", "RAM"):
        table.add_column(title, justify="right")
    table.add_column("runs")
    for board in boards:
        flash, ram = format_bytes(board.flash_bytes), format_bytes(board.ram_bytes)
        table.add_row(board.name, board.part, board.core, flash, ram, _target(board))
    stdout().print(table)


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(help="As listed by: mcuq boards list.")],
    json: JsonFlag = False,
) -> None:
    """Show one board's memory, core, link and how it is flashed."""
    from mcuq_hil.boards import load_board

    board = load_board(name).model_dump(mode="json")
    if json:
        write_json(board)
        return
    console = stdout()
    for key, value in board.items():
        console.print(f"{key}: {value}", markup=False)


def _target(board: Board) -> str:
    return ""
