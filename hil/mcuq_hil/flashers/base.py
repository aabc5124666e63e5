"""What a flasher is, and running its program: a time limit, a saved log, one clear error."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mcuq_hil.boards import Board
from mcuq_hil.errors import FlashError, ToolMissingError

_TELLING = re.compile(r"error|fail|mismatch|unable|could ?n.t|not found", re.IGNORECASE)


ELF = "firmware.elf"
"""The image, in the folder that the programs run in: names of ours, so that no path of the user's
becomes a word of a script, and no settings file beside it is read."""
BIN = "firmware.bin"
"""The flash content alone, for programs that read no ELF file."""

Commands = Callable[[Board, str | None], list[list[str]]]


@dataclass(frozen=True)
class Flasher:
    """A program that flashes and verifies.

    Attributes:
        name: as in a board's probe settings and on the command line.
        program: what must be on the PATH, "" for none.
        install: how to get it.
        supports: whether the board's file says what the program needs.
        commands: the command lines, in order; the serial number picks the probe.
        refused: text of a run that failed although it ended with code 0.
    """

    name: str
    program: str
    install: str
    supports: Callable[[Board], bool]
    commands: Commands
    refused: str = ""

    @property
    def is_installed(self) -> bool:
        return not self.program or shutil.which(self.program) is not None

    def flash(
        self, board: Board, folder: Path, serial_number: str | None, seconds: float, log: Path
    ) -> None:
        """Flash and verify what `folder` holds as ELF and BIN.

        Raises:
            ToolMissingError: the program is not installed.
            FlashError: it failed, or took longer than `seconds`; says where its log lies.
        """
        if not self.is_installed:
            raise ToolMissingError(f"{self.program} is not installed", self.install)
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("", encoding="utf-8")
        for command in self.commands(board, serial_number):
            self._run(command, folder, seconds, log)

    def _run(self, command: Sequence[str], folder: Path, seconds: float, log: Path) -> None:
        code: int | None = None
        with log.open("r+b") as stream:
            start = stream.seek(0, os.SEEK_END)
            stream.write(f"$ {' '.join(command)}\n".encode())
            stream.flush()
            try:
                done = subprocess.run(
                    command,
                    cwd=folder,
                    stdout=stream,
                    stderr=stream,
                    timeout=seconds,
                    check=False,
                )
                code = done.returncode
            except subprocess.TimeoutExpired:
                pass
            stream.seek(start)
            words = stream.read().decode(errors="replace")
        if code is None:
            raise FlashError(
                f"{self.name} did not end within {seconds:g} s", f"read its log: {log}"
            )
        if code != 0 or (self.refused and self.refused in words):
            raise FlashError(f"{self.name} failed: {_reason(words, code)}", f"read its log: {log}")


def _reason(words: str, code: int) -> str:
    lines = [line.strip() for line in words.splitlines()[1:] if line.strip()]
    return next((line for line in lines if _TELLING.search(line)), f"exit code {code}")
