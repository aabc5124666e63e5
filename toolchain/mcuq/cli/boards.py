"""`mcuq boards`: which boards there are, what one offers, and a file for one of your own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from mcuq.cli import complete
from mcuq.cli.output import JsonFlag, stdout, write_json
from mcuq.pipeline import names
from mcuq.units import format_bytes

app = typer.Typer(help="List the boards, show one, or begin a file for your own.")


@app.callback(invoke_without_command=True)
def boards(context: typer.Context, json: JsonFlag = False) -> None:
    """List the boards, show one, or begin a file for your own."""
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


@app.command("add")
def add(
    file: Annotated[Path, typer.Argument(help="Board file to write, such as my-board.toml.")],
    from_svd: Annotated[
        Path | None, typer.Option(help="CMSIS-SVD file: part, core, addresses of serial ports.")
    ] = None,
    from_cmsis_pack: Annotated[
        Path | None,
        typer.Option(help="CMSIS pack (.pack or .pdsc): core and memories, and the SVD in it."),
    ] = None,
    part: Annotated[
        str | None, typer.Option(help="Which part of the pack; else the only one in it.")
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Draft a board file from a vendor's description: what it lacks is said in comments."""
    from mcuq.errors import UsageError
    from mcuq.report.boards import DRAFTED, DraftedBoard
    from mcuq_hil.boards.draft import draft_board
    from mcuq_hil.boards.pack import read_pack
    from mcuq_hil.boards.svd import read_svd

    _check_draft(file, from_svd, from_cmsis_pack, part)
    told = [read_pack(from_cmsis_pack, part)] if from_cmsis_pack else []
    told += [read_svd(from_svd)] if from_svd else []
    draft = draft_board(told[0].completed(told[1]) if len(told) > 1 else told[0])
    try:
        with file.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(draft.text)
    except OSError as error:
        raise UsageError(
            f"cannot write {file}: {error.strerror}", "name a new file in a folder that exists"
        ) from error
    if json:
        write_json(DRAFTED, DraftedBoard(str(file), draft.missing, draft.family))
        return
    console = stdout()
    console.print(f"{file}: fill in {', '.join(draft.missing)}, and the pins")
    console.print(f"then: mcuq hil check --board {file}")


def _check_draft(file: Path, svd: Path | None, pack: Path | None, part: str | None) -> None:
    from mcuq.errors import UsageError

    if svd is None and pack is None:
        raise UsageError("nothing to draft from", "give --from-svd, --from-cmsis-pack, or both")
    if part is not None and pack is None:
        raise UsageError("--part chooses from a pack", "give --from-cmsis-pack, too")
    if file.suffix != ".toml":
        raise UsageError(f"{file} is no .toml file", "boards are TOML: name it my-board.toml")


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
