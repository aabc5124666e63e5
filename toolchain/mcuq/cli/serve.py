"""`mcuq hil serve`: an emulated board behind a serial port's name."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from mcuq.cli import complete
from mcuq.cli.output import stdout
from mcuq.errors import DeviceError
from mcuq.pipeline import names

_LOOK_SECONDS = 0.2
_BOOT_SECONDS = 30.0


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
) -> None:
    """Boot an image in its emulator and offer its serial port to other programs, until stopped."""
    from mcuq_hil import load_board
    from mcuq_hil.bench import boot_emulator
    from mcuq_hil.emulator.bridge import behind_pty
    from mcuq_hil.estimate import check_timed
    from mcuq_hil.identity import read_build_id

    chosen = load_board(board)
    if timed:
        check_timed(chosen)
    read_build_id(elf)  # a damaged image is not run
    port = boot_emulator(chosen, elf, estimating=timed, steady=timed)
    # What it says by itself belongs to nobody yet: a program that opens the port asks first.
    port.timeout = _BOOT_SECONDS
    port.read()
    port.reset_input_buffer()
    with behind_pty(port) as device:
        # A pipe's reader waits for it.
        typer.echo(device)
        stdout().file.flush()
        while port.process.poll() is None:
            time.sleep(_LOOK_SECONDS)
    raise DeviceError("the emulator has ended", "the core locked up; mcuq hil run tells more")
