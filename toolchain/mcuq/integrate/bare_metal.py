"""What the CMake and Make projects share: the board's start-up code, linker script and main."""

from __future__ import annotations

import shutil
from pathlib import Path

from mcuq.compiler.firmware import port_folders, port_sources
from mcuq.compiler.render import render_board_header
from mcuq.compiler.script import render_linker_script
from mcuq.emit.c.literals import c_comment
from mcuq.integrate.built import Built
from mcuq.integrate.selfcheck import write_checks
from mcuq.integrate.settings import PROJECTS
from mcuq.integrate.snippets import checks, headers, includes, inits, usage, verdicts
from mcuq.integrate.templates import render, write
from mcuq.resources import firmware_dir
from mcuq.shown import visible
from mcuq_hil.boards import Board, load_board


def copy_model(built: Built, folder: Path) -> None:
    """The emitted C, as it is."""
    shutil.copytree(built.model_dir, folder)


def write_bare_metal_project(built: Built, folder: Path) -> Board:
    """Write main.c, model/ and port/ for the board of the result.

    Returns:
        The board.
    """
    board = load_board(built.board)
    copy_model(built, folder / "model")
    write(
        folder / "main.c",
        render(
            "bare/main.c",
            uart=c_comment(board.uart.name),
            baud=board.uart.baud,
            includes=includes(built),
            inits=inits(built),
            checks=checks(built, indent="        "),
        ),
    )
    write_checks(built, folder)
    _write_port(board, built.stack_bytes + PROJECTS.extra_stack, folder / "port")
    return board


def readme(kind: str, built: Built, board: Board) -> str:
    """Text of the project's README.md."""
    return render(
        f"{kind}/README.md",
        board=visible(board.title),
        uart=visible(board.uart.name),
        library=built.library,
        headers=headers(built),
        verdicts=verdicts(built),
        usage=usage(built, "model/"),
    )


_SHARED = frozenset({"mcuq_port.h", "mcuq_safety.h"})
"""Headers of the runner that ports include."""


def _write_port(board: Board, stack_bytes: int, folder: Path) -> None:
    """Start-up, clock, UART and counter of the board in one flat folder."""
    folder.mkdir(parents=True)
    for source in port_sources(board):
        shutil.copyfile(source, folder / source.name)
    for place in (*port_folders(board), firmware_dir() / "runtime"):
        for header in sorted(place.glob("*.h")):
            # A family's own header hides one of the same name that families share.
            if place.name != "runtime" or header.name in _SHARED:
                target = folder / header.name
                if not target.exists():
                    shutil.copyfile(header, target)
    write(folder / "mcuq_board.h", render_board_header(board))
    script = render_linker_script(
        board,
        stack_bytes=stack_bytes,
        handler_stack_bytes=PROJECTS.handler_stack,
    )
    write(folder / "board.ld", script)
