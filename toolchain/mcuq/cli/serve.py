"""`mcuq hil serve`: an emulated board behind a serial port's name."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mcuq.cli import complete
from mcuq.cli.output import stdout
from mcuq.errors import DeviceError, InputError
from mcuq.pipeline import names

if TYPE_CHECKING:
    from mcuq_hil.emulator.process_port import ProcessPort

_LOOK_SECONDS = 0.2
_BOOT_SECONDS = 30.0
_STEP_SECONDS = 600.0
"""A step of sound may take: the first inference is counted, on a computer that is busy. Not
measured: chosen by hand."""


def serve(
    elf: Annotated[Path, typer.Argument(help="A firmware.elf that mcuq built.")],
    board: Annotated[
        str,
        typer.Option(
            "--board",
            "-b",
            help="The board it was built for.",
            autocompletion=complete.one_of(names.boards),
        ),
    ] = "stm32f746",
    timed: Annotated[
        bool,
        typer.Option(
            "--timed", help="Its counter tells estimated cycles, not instructions: for mcuq mlperf."
        ),
    ] = False,
    sounds: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Offer MLPerf Tiny's interface board instead, which plays DIR's files: for sww.",
        ),
    ] = None,
) -> None:
    """Boot an image in its emulator and offer its serial port to other programs, until stopped."""
    from mcuq_hil import load_board
    from mcuq_hil.bench import boot_emulator
    from mcuq_hil.estimate import check_timed
    from mcuq_hil.identity import read_build_id

    if sounds is not None and not sounds.is_dir():
        raise InputError(f"{sounds} is no folder", "name the folder that holds the sound files")
    chosen = load_board(board)
    if timed:
        check_timed(chosen)
    read_build_id(elf)  # a damaged image is not run
    port = boot_emulator(chosen, elf, estimating=timed, steady=timed)
    # What it says by itself belongs to nobody yet: a program that opens the port asks first.
    port.timeout = _BOOT_SECONDS
    port.read()
    port.reset_input_buffer()
    with _offered(port, sounds) as device:
        # A pipe's reader waits for it.
        typer.echo(device)
        stdout().file.flush()
        while port.process.poll() is None:
            time.sleep(_LOOK_SECONDS)
    raise DeviceError("the emulator has ended", "the core locked up; mcuq hil run tells more")


@contextlib.contextmanager
def _offered(port: ProcessPort, sounds: Path | None) -> Iterator[str]:
    """Name of a terminal device: of the board, or of one that plays sounds to it."""
    from mcuq_hil.emulator.bridge import answering_pty, behind_pty
    from mcuq_hil.mlperf import COMMAND_END, MlperfDevice
    from mcuq_hil.mlperf_interface import InterfaceBoard

    if sounds is None:
        with behind_pty(port) as name:
            yield name
        return
    port.timeout = _STEP_SECONDS
    board = InterfaceBoard(MlperfDevice(port), sounds)
    try:
        with answering_pty(COMMAND_END, board.answer) as name:
            yield name
    finally:
        port.close()
