"""`mcuq boards`: which boards there are, and what one offers."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from mcuq.cli import complete
from mcuq.cli.output import JsonFlag, stdout, write_json
from mcuq.pipeline import names
from mcuq.units import format_bytes

app = typer.Typer(help="List the boards, or show one.")


@app.callback(invoke_without_command=True)
def boards(context: typer.Context, json: JsonFlag = False) -> None:
    """List the boards, or show one."""
    if context.invoked_subcommand is None:
        list_(json)


@app.command("list")
def list_(json: JsonFlag = False) -> None:
    """List every board: its name is what --board takes."""
    from rich.table import Table

    from mcuq.report.boards import BOARDS
    from mcuq_hil.boards import list_boards

    boards = list_boards()
    if json:
        write_json(BOARDS, tuple(boards))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("board", "title", "core"):
        table.add_column(title)
    for title in ("flash", "RAM"):
        table.add_column(title, justify="right")
    table.add_column("emulated by")
    for board in boards:
        flash, ram = format_bytes(board.flash.bytes), format_bytes(board.ram.bytes)
        emulator = board.emulator.engine if board.emulator else ""
        table.add_row(board.name, board.title, board.core, flash, ram, emulator)
    stdout().print(table)


@app.command("show")
def show(
    name: Annotated[
        str,
        typer.Argument(
            help="As listed by: mcuq boards list.", autocompletion=complete.one_of(names.boards)
        ),
    ],
    json: JsonFlag = False,
) -> None:
    """Show one board's memories, serial port, counter and probe."""
    from mcuq.report.boards import BOARD
    from mcuq_hil.boards import load_board

    board = load_board(name)
    if json:
        write_json(BOARD, board)
    else:
        _draw(board.model_dump(mode="json", by_alias=True))


def _draw(facts: dict[str, Any], indent: str = "") -> None:
    console = stdout()
    for key, value in facts.items():
        if isinstance(value, dict):
            console.print(f"{indent}{key}:")
            _draw(value, indent + "  ")
        elif value not in (None, [], ""):
            console.print(f"{indent}{key}: {_text(key, value)}")


def _text(key: str, value: Any) -> str:
    """Addresses as hexadecimal numbers, sizes with thousands apart."""
    if isinstance(value, list):
        return "; ".join(map(str, value))
    if isinstance(value, bool) or not isinstance(value, int):
        return str(value)
    return f"{value:#010x}" if key in {"base", "origin", "register"} else f"{value:,}"
